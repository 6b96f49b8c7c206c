"""Any tokenizer by name: of a checkpoint, a ``tokenizer.json``, a GGUF file, OpenAI's encodings.

``find`` resolves the name, ``published`` and ``gguf`` read what is no folder of a model; ``chats``
writes conversations down (``messages`` reads them from a file) with roles and loss mask; ``pieces``
is what one token shows. ``training`` makes a tokenizer from any corpus, and ``own`` says whether
the lab's models can be trained with one. ``lent`` is a tokenizer that lives in a process of its
own, which ``lending`` is. Nothing here imports torch.

To look at tokens: ``incremental`` keeps those of a text that is being typed (``cuts`` says how far
an edit can reach, ``places`` where each token stands), ``splits`` and ``replay`` show how those of
a word came about, ``live_training`` how a vocabulary does, ``spelling`` which letters a token hides
and ``compression`` how many bytes one holds on the texts of ``kinds``.
"""
