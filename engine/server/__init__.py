"""The engine as a server: ``python -m engine.server`` on a socket, ``llmlab serve`` on TCP.

``__main__``  the engine process: lock, socket, leaving when idle
``listen``    one engine a folder, on an owner-only socket
``tcp``       the server on TCP, with ``address`` (where, and who may), ``gate`` (the token, and
              no web pages) and ``listed`` (named checkpoints only)
``http``      HTTP/1.1 that waits for no client for ever
``app``       the routes; run on the event loop and never compute
``openai``    those of OpenAI's API
``body``, ``event_stream``, ``failures``  what routes share: reading, streaming, errors
``stream``    the bounded mailbox between the worker thread and one HTTP response
``worker``    the one thread that owns torch: takes requests, steps all of them in turn
``shelf``     the checkpoints in memory, loaded beside the rows that run
``dispatch``  tool calls on their way from rows to tools and back, with ``toolbox`` (the tools,
              opened when first asked for) and ``tool_desk`` (single calls by a person)
``aside``     slow work beside the worker
``limits``    how much it takes on
``faults``    what a failure of the computing side means to whoever asked
``backend``   what the worker asks of a model (torch-free protocols)
``torch_backend``  the real one
"""
