"""The tokenizer and chat template of a GGUF file, its weights left alone."""

from __future__ import annotations

from pathlib import Path

from engine.chat_template import ChatTemplate
from engine.dialect import ImportedDialect
from engine.gguf_vocabulary import tokenizer_json
from engine.imports.gguf_file import GgufFile
from engine.imports.gguf_tokens import chat_template, named_tokens, read_vocabulary, special_ids
from engine.tokenizer_imported import ImportedTokenizer


def read_gguf_dialect(path: Path) -> ImportedDialect:
    """How the model in a GGUF file is spoken to; of whatever architecture it is.

    Raises:
        CheckpointError: the file is damaged, or its tokenizer is not byte-level BPE.
    """
    file = GgufFile(path)
    vocabulary, special = read_vocabulary(file), special_ids(file)
    tokenizer = ImportedTokenizer(tokenizer_json(vocabulary), path)
    source, template = chat_template(file), None
    if source is not None:
        names = named_tokens(vocabulary, special)
        template = ChatTemplate(source, names, tokenizer.added, str(path))
    return ImportedDialect(tokenizer, template, frozenset(special.eos))
