"""Any tokenizer by name: of a checkpoint, a ``tokenizer.json``, a GGUF file, OpenAI's encodings.

``find`` resolves the name, ``published`` and ``gguf`` read what is no folder of a model; ``chats``
writes conversations down (``messages`` reads them from a file) with roles and loss mask; ``pieces``
is what one token shows. Nothing here imports torch.
"""
