"""Tokenizers that others trained: a Hugging Face ``tokenizer.json``, run by ``tokenizers``.

Text must never become structure, so the library is given the file without its added tokens: their
ids are then not in reach of any text, and are put in by name where a chat template says so
(``engine.dialect``). Only byte-level BPE is taken (SmolLM, Llama 3, Qwen): there every id is a
run of bytes, so a stream of ids is a stream of text whatever the ids are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.byte_letters import unwritten
from engine.errors import CheckpointError
from engine.files import read_json
from engine.tokenizer import without_surrogates
from engine.tokenizer_base import ByteTokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer as LibraryTokenizer


@dataclass(frozen=True, slots=True)
class AddedToken:
    """A token outside the vocabulary that text is encoded with."""

    id: int
    name: str
    hidden: bool
    """Whether it is structure and nothing else; others, such as ``<think>``, are shown."""
    lstrip: bool
    """Whether it swallows white space before it, and ``rstrip``, after it."""
    rstrip: bool


@dataclass(frozen=True, slots=True)
class Merges:
    """What a byte-level BPE merges."""

    ranks: Mapping[tuple[bytes, bytes], int]
    """Which two become one, and when: of all that stand side by side, the lowest first."""
    ids: Mapping[bytes, int]


class ImportedTokenizer(ByteTokenizer):
    """Ids for text and text for ids, as ``engine.tokenizer.Tokenizer``.

    Args:
        data: the content of a ``tokenizer.json``.
        where: the file, for errors.

    Raises:
        CheckpointError: it is no byte-level BPE, or inconsistent.
    """

    ids_are_ranks = False

    def __init__(self, data: Mapping[str, Any], where: Path) -> None:
        try:
            self.added = _added_tokens(data)
            text_only = _without_added(data, {token.id for token in self.added})
            self._bytes = {int(id_): unwritten(t) for t, id_ in text_only["model"]["vocab"].items()}
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise CheckpointError(
                f"{where} is not a byte-level BPE tokenizer ({error!r}); only those of the "
                "SmolLM, Llama 3 and Qwen families can be read. Choose another model."
            ) from error
        self._library = _build(text_only, where)
        self.special = {token.name: token.id for token in self.added}
        ids = [*self._bytes, *self.special.values()]
        if not ids or min(ids) < 0 or len(self.special) < len(self.added):
            raise CheckpointError(
                f"{where} has no tokens, a negative id, or one added token's name twice. "
                "Fetch the file again from its source."
            )
        self.n_vocab = max(ids) + 1
        self._bytes |= {token.id: token.name.encode() for token in self.added if not token.hidden}
        self.bos_ids = _bos_ids(data, where)
        """What the tokenizer puts before every document; often nothing."""
        self.normalizer: Any = data.get("normalizer")
        self.pre_tokenizer: Any = data.get("pre_tokenizer")
        """How text is changed and then split before bytes are merged, as the file says it."""

    @staticmethod
    def load(path: Path) -> ImportedTokenizer:
        """Read a ``tokenizer.json``.

        Raises:
            CheckpointError: as the constructor.
            LabError: the file is missing, or not JSON.
        """
        return ImportedTokenizer(read_json(path), path)

    def encode(self, text: str) -> list[int]:
        """Ordinary text to ids: special-token look-alikes are plain characters here."""
        (ids,) = self.encode_batch([text])  # unlike encode it lets other threads run meanwhile
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """``encode`` on many texts at once."""
        found = self._library.encode_batch_fast(
            [without_surrogates(text) for text in texts], add_special_tokens=False
        )
        return [encoding.ids for encoding in found]

    def character_places(self, text: str) -> list[tuple[int, int]]:
        """From and to which character of a text each of its ids stems from, in the library's eyes.

        They may be other characters than the id stands for where the tokenizer rewrites text.
        """
        found = self._library.encode(without_surrogates(text), add_special_tokens=False).offsets
        return [(begin, end) for begin, end in found]

    def token_bytes(self, token: int) -> bytes:
        """The bytes of one token; none for one that only structures."""
        return self._bytes.get(token, b"")

    def split(self, text: str) -> list[bytes]:
        """The runs of bytes within which merges stay, of the text as it is normalized first."""
        text = without_surrogates(text)
        if self._library.normalizer is not None:
            text = self._library.normalizer.normalize_str(text)
        if self._library.pre_tokenizer is None:
            return [text.encode()]
        return [unwritten(part) for part, _ in self._library.pre_tokenizer.pre_tokenize_str(text)]

    @cached_property
    def merges(self) -> Merges:
        """What is merged; asked of the library when first needed, as it takes memory."""
        model = json.loads(self._library.to_str())["model"]
        pairs = (merge_pair(merge) for merge in model["merges"])
        return Merges(
            ranks={(unwritten(a), unwritten(b)): rank for rank, (a, b) in enumerate(pairs)},
            ids={unwritten(token): id_ for token, id_ in model["vocab"].items()},
        )


def _added_tokens(data: Mapping[str, Any]) -> list[AddedToken]:
    return [
        AddedToken(
            id=int(token["id"]),
            name=str(token["content"]),
            hidden=bool(token["special"]),
            lstrip=bool(token.get("lstrip", False)),
            rstrip=bool(token.get("rstrip", False)),
        )
        for token in data["added_tokens"]
        if token["content"]
    ]


def _without_added(data: Mapping[str, Any], added: set[int]) -> dict[str, Any]:
    """The same tokenizer for text alone: no added token, and no merge that could make one."""
    model = data["model"]
    if model["type"] != "BPE" or data["decoder"]["type"] != "ByteLevel":
        raise ValueError(f"a {model['type']} model with a {data['decoder']['type']} decoder")
    names = {token["content"] for token in data["added_tokens"]}
    vocab = {
        text: id_ for text, id_ in model["vocab"].items() if id_ not in added and text not in names
    }
    pairs = (merge_pair(merge) for merge in model["merges"])
    merges = [(a, b) for a, b in pairs if a in vocab and b in vocab and a + b in vocab]
    return {
        **data,
        "added_tokens": [],
        "post_processor": None,
        "truncation": None,
        "padding": None,
        "model": {**model, "vocab": vocab, "merges": merges, "unk_token": None, "dropout": None},
    }


def merge_pair(merge: Any) -> tuple[str, str]:
    """The two halves of a merge: ``["a", "b"]`` in newer files, ``"a b"`` in older ones.

    Raises:
        ValueError: it is neither.
    """
    a, b = merge.split(" ") if isinstance(merge, str) else merge
    return a, b


def _build(data: Mapping[str, Any], where: Path) -> LibraryTokenizer:
    from tokenizers import Tokenizer as LibraryTokenizer  # Whoever only has our own needs it not.

    try:
        return LibraryTokenizer.from_str(json.dumps(data))
    except Exception as error:  # the library raises nothing more special
        raise CheckpointError(
            f"{where} cannot be read by the tokenizers library ({error}). "
            "Fetch the file again from its source."
        ) from error


def _bos_ids(data: Mapping[str, Any], where: Path) -> list[int]:
    """Ids before a text that the file's own post-processing adds."""
    if data.get("post_processor") is None:
        return []
    library = _build({**data, "truncation": None, "padding": None}, where)
    plain = library.encode("a", add_special_tokens=False).ids
    whole = library.encode("a", add_special_tokens=True).ids
    for start in range(len(whole)):
        if whole[start : start + len(plain)] == plain:
            return list(whole[:start])
    raise CheckpointError(
        f"{where} changes a text's tokens by its post-processing, which this lab does not do. "
        "Choose another model."
    )
