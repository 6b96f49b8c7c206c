"""Byte-level BPE: trained with rustbpe, encoded with tiktoken, saved as a ``tokenizer.json``.

The file is the Hugging Face form (readable JSON, versioned): vocabulary, merges, special tokens.
Text is always encoded as ordinary text here; special tokens exist as ids only (``special``), so
no string, whatever it says, can become one.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tiktoken

from engine.byte_letters import unwritten, written
from engine.errors import CheckpointError, LabError
from engine.files import read_json, write_atomic
from engine.special import SPECIAL_TOKENS
from engine.tokenizer_base import ByteTokenizer

# GPT-4's pattern in the form both tiktoken and Hugging Face read, but digits stand alone: sums
# are done digit by digit.
SPLIT_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

LONG_TEXT = 2000
"""Characters. A thread for each shorter text takes three times as long as no threads."""


class Tokenizer(ByteTokenizer):
    """Ids for text and text for ids.

    Args:
        ranks: token bytes to id; the id is also the merge rank, ids 0..len-1.
        special: special token name to id, beyond the ranks.
    """

    def __init__(self, ranks: dict[bytes, int], special: dict[str, int]) -> None:
        self.ranks = ranks
        self.special = special
        self.n_vocab = len(ranks) + len(special)
        self._bytes = {rank: token for token, rank in ranks.items()}
        self._encoding = tiktoken.Encoding(
            "llmlab", pat_str=SPLIT_PATTERN, mergeable_ranks=ranks, special_tokens=special
        )

    @staticmethod
    def train(
        texts: Iterable[str], vocab_size: int, special: Sequence[str] = SPECIAL_TOKENS
    ) -> Tokenizer:
        """Learn merges from ``texts``; ``vocab_size`` counts the special tokens.

        Raises:
            LabError: the vocabulary has no room for 256 bytes and the special tokens.
        """
        import rustbpe

        n_ranks = vocab_size - len(special)
        if n_ranks < 256:
            raise LabError(
                f"A vocabulary of {vocab_size} has no room for 256 bytes and {len(special)} "
                f"special tokens. Ask for at least {256 + len(special)}."
            )
        trainer = rustbpe.Tokenizer()
        trainer.train_from_iterator(iter(texts), n_ranks, pattern=SPLIT_PATTERN)
        ranks = {bytes(token): rank for token, rank in trainer.get_mergeable_ranks()}
        return Tokenizer(ranks, {name: len(ranks) + i for i, name in enumerate(special)})

    def encode(self, text: str) -> list[int]:
        """Ordinary text to ids: special-token look-alikes are plain characters here."""
        return self._encoding.encode_ordinary(without_surrogates(text))

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """``encode`` on many texts at once."""
        if sum(map(len, texts)) < LONG_TEXT * len(texts):
            return [self.encode(text) for text in texts]
        return self._encoding.encode_ordinary_batch([without_surrogates(text) for text in texts])

    def token_bytes(self, token: int) -> bytes:
        """The bytes of one token; empty for a special one."""
        return self._bytes.get(token, b"")

    def save(self, path: Path) -> None:
        """Write ``tokenizer.json`` in the form that the ``tokenizers`` library opens."""
        write_atomic(path, json.dumps(self._as_json(), ensure_ascii=False, indent=1).encode())

    @staticmethod
    def load(path: Path) -> Tokenizer:
        """Read a ``tokenizer.json`` that ``save`` wrote.

        Raises:
            CheckpointError: the file is of another kind or inconsistent.
        """
        data = read_json(path)
        try:
            model = data["model"]
            special = {str(t["content"]): int(t["id"]) for t in data["added_tokens"]}
            ranks = {
                unwritten(text): int(rank)
                for text, rank in model["vocab"].items()
                if text not in special
            }
            pattern = data["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(
                f"{path} is not a byte-level BPE tokenizer of the lab ({error!r}). "
                "Use a tokenizer.json that llmlab wrote."
            ) from error
        ids = sorted([*ranks.values(), *special.values()])
        if ids != list(range(len(ids))) or pattern != SPLIT_PATTERN:
            raise CheckpointError(
                f"{path} has gaps in its ids or another split pattern, so texts would be encoded "
                "differently. Restore the file from its checkpoint's source."
            )
        return Tokenizer(ranks, special)

    def _as_json(self) -> dict[str, Any]:
        added = [
            {
                "id": token,
                "content": name,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for name, token in self.special.items()
        ]
        byte_level = {"add_prefix_space": False, "trim_offsets": True, "use_regex": False}
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {
                        "type": "Split",
                        "pattern": {"Regex": SPLIT_PATTERN},
                        "behavior": "Isolated",
                        "invert": False,
                    },
                    {"type": "ByteLevel", **byte_level},
                ],
            },
            "post_processor": None,
            "decoder": {"type": "ByteLevel", **byte_level},
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": None,
                "end_of_word_suffix": None,
                "fuse_unk": False,
                "byte_fallback": False,
                "ignore_merges": False,
                "vocab": {written(token): rank for token, rank in self.ranks.items()},
                "merges": [[written(a), written(b)] for a, b in self._merges()],
            },
        }

    def _merges(self) -> list[tuple[bytes, bytes]]:
        """Recover each token's last merge by encoding it with the tokens of lower rank only."""
        merges = []
        for token, rank in sorted(self.ranks.items(), key=lambda item: item[1]):
            if len(token) > 1:
                left, right = _split_below(token, rank, self.ranks)
                merges.append((left, right))
        return merges


def _split_below(token: bytes, rank: int, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        candidates = [
            (ranks.get(a + b, rank), i) for i, (a, b) in enumerate(itertools.pairwise(parts))
        ]
        lowest, index = min(candidates)
        assert lowest < rank, "a token must be reachable by merges of lower rank"
        parts[index : index + 2] = [parts[index] + parts[index + 1]]
    return parts[0], parts[1]


def without_surrogates(text: str) -> str:
    """Lone surrogates are no Unicode text and have no UTF-8: each becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a checkpoint folder."""
    return Tokenizer.load(folder / "tokenizer.json")
