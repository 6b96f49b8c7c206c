"""Where the questions of a probe come from.

``world`` asks for the facts of the pocket web, and for people of whom nobody has heard (``names``).
``file`` reads a user's questions. ``document`` makes questions of any text, in the way of Llama 3
(arXiv 2407.21783, section 4.3.6): a ``writer`` is given snippets and writes a question and its
answer; ``cloze`` needs no model, ``local_writer`` uses a checkpoint, ``server_writer`` a model on
another server. Only ``local_writer`` needs torch.
"""
