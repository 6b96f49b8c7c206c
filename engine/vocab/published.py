"""OpenAI's published encodings, read by ``tiktoken``, which fetches a vocabulary when first used.

``tiktoken`` waits for a server without limit and knows no other way, so it fetches in a thread
that is left behind when its time is up.
"""

from __future__ import annotations

from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread

import tiktoken

from engine.errors import LabError
from engine.tokenizer import without_surrogates
from engine.tokenizer_base import ByteTokenizer

FETCH_SECONDS = 30.0
"""Longest wait for a vocabulary; the largest has 3.6 MB."""

_SAME_RANKS = {"gpt2": "r50k_base"}
"""GPT-2's vocabulary was published twice. The second form is one file instead of two, and the first
can be computed from it to the byte (tests/engine/vocab/test_published.py does)."""


class PublishedTokenizer(ByteTokenizer):
    """A ``tiktoken`` encoding as an ``engine.tokenizer_protocol.AnyTokenizer``."""

    def __init__(self, encoding: tiktoken.Encoding) -> None:
        self._encoding = encoding
        self.name = encoding.name
        self.pattern = encoding._pat_str
        """By which text is split before bytes are merged."""
        self.n_vocab = encoding.n_vocab
        self.special = {
            name: encoding.encode_single_token(name) for name in encoding.special_tokens_set
        }

    def encode(self, text: str) -> list[int]:
        """Ordinary text to ids: special-token look-alikes are plain characters here."""
        return self._encoding.encode_ordinary(without_surrogates(text))

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """``encode`` on many texts at once."""
        return self._encoding.encode_ordinary_batch([without_surrogates(text) for text in texts])

    def token_bytes(self, token: int) -> bytes:
        """The bytes of one token; none for a special one, or an id that stands for nothing."""
        if token in self.special_names:
            return b""
        try:
            return self._encoding.decode_single_token_bytes(token)
        except (KeyError, OverflowError):  # there are gaps between the special ids
            return b""

    def rank(self, token: bytes) -> int | None:
        """The id of a run of bytes, by which it is merged as well; None: it is no token."""
        try:
            found = self._encoding.encode_single_token(token)
        except KeyError:
            return None
        return None if found in self.special_names else found


def published_names() -> tuple[str, ...]:
    """The encodings that this ``tiktoken`` knows, whether or not they are on this machine."""
    return tuple(tiktoken.list_encoding_names())


def load_published(name: str, *, seconds: float = FETCH_SECONDS) -> PublishedTokenizer:
    """An encoding, fetched if it is not on this machine yet.

    Args:
        name: one of ``published_names``.
        seconds: the longest wait.

    Raises:
        LabError: it can be neither read nor fetched.
    """
    answers: SimpleQueue[tiktoken.Encoding | Exception] = SimpleQueue()

    def fetch() -> None:
        try:
            answers.put(tiktoken.get_encoding(_SAME_RANKS.get(name, name)))
        except Exception as error:  # whatever it is, it is raised again below
            answers.put(error)

    Thread(target=fetch, daemon=True, name=f"fetch {name}").start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty as error:
        raise _unavailable(name, f"no answer within {seconds:g} seconds") from error
    if isinstance(answer, tiktoken.Encoding):
        return PublishedTokenizer(answer)
    if isinstance(answer, OSError):  # those of ``requests``, too
        reason = answer.strerror or f"the download failed, {type(answer).__name__}"
        raise _unavailable(name, reason) from answer
    if isinstance(answer, ValueError):  # another hash than it should have
        raise _unavailable(name, "what was downloaded is damaged") from answer
    raise answer


def _unavailable(name: str, reason: str) -> LabError:
    return LabError(
        f"The vocabulary of {name} is not on this machine and cannot be had ({reason}). Connect to "
        "the internet once, or set TIKTOKEN_CACHE_DIR to a folder that has it."
    )
