"""What a GGUF file says of its tokens and conversations. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import CheckpointError
from engine.gguf_vocabulary import Vocabulary
from engine.imports.gguf_file import GgufFile


@dataclass(frozen=True, slots=True)
class SpecialIds:
    """The tokens that begin and end texts."""

    bos: int | None
    eos: tuple[int, ...]
    """The end of a text, then that of a turn where the file tells them apart."""


def special_ids(file: GgufFile) -> SpecialIds:
    """Those that the file names."""
    ends = (file.optional_integer(f"tokenizer.ggml.{name}_token_id") for name in ("eos", "eot"))
    return SpecialIds(
        bos=file.optional_integer("tokenizer.ggml.bos_token_id"),
        eos=tuple(dict.fromkeys(token for token in ends if token is not None)),
    )


def read_vocabulary(file: GgufFile) -> Vocabulary:
    """The file's vocabulary.

    Raises:
        CheckpointError: it is not byte-level BPE, or a part is missing or garbled.
    """
    kind = file.text("tokenizer.ggml.model")
    if kind != "gpt2":
        raise CheckpointError(
            f"{file.path} has a tokenizer of the kind {kind!r}, but only byte-level BPE ('gpt2') "
            "can be read. Choose another model."
        )
    return Vocabulary(
        tokens=file.texts("tokenizer.ggml.tokens"),
        kinds=file.integers("tokenizer.ggml.token_type"),
        merges=file.texts("tokenizer.ggml.merges"),
        pre=file.text("tokenizer.ggml.pre", "default"),
        bos=special_ids(file).bos,
        add_bos=file.optional_flag("tokenizer.ggml.add_bos_token"),
    )


def named_tokens(vocabulary: Vocabulary, special: SpecialIds) -> dict[str, str]:
    """``bos_token`` and ``eos_token`` to the tokens' texts, as far as the file names them."""
    named = {"bos_token": special.bos, "eos_token": next(iter(special.eos), None)}
    tokens = vocabulary.tokens
    return {k: tokens[i] for k, i in named.items() if i is not None and 0 <= i < len(tokens)}


def chat_template(file: GgufFile) -> str | None:
    """The file's Jinja program, if it has one."""
    return file.optional_text("tokenizer.chat_template")
