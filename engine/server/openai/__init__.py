"""OpenAI's HTTP API over the worker: ``/v1/models``, ``/v1/completions``, ``/v1/chat/completions``.

``bodies``    what a request may say, and what of it becomes a wish to the engine
``neutral``   OpenAI's other fields: accepted where they change nothing, else refused by name
``run``       a wish under way: one mailbox a prompt, read together
``choice``    one answer as its tokens come
``logprobs``  the two forms in which that API reports probabilities
``forms``     the JSON of answers, whole and in chunks
``answer``    from the events of a run to its response
``routes``    the HTTP routes

docs/api.md says what is supported and what is refused.
"""
