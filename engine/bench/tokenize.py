"""``llmlab bench tokenize``: texts cut by the lab beside the libraries by themselves, and edits.

Each of the lab's tokenizers stands on a library, so what is measured is what the lab adds to it,
and for the lab's own vocabulary also what the other library makes of the same ``tokenizer.json``.
All take turns within each round, on the same texts; every token must be the same. Edits are
single characters typed into, or taken from, a text of 100 kB, beside encoding all of it again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import tiktoken
import tokenizers
from tokenizers import Tokenizer as LibraryTokenizer

from engine import paths
from engine.bench.contenders import Say
from engine.bench.figures import median_ratio, percentile, rounded
from engine.bench.machine import machine_head
from engine.bench.rounds import rounds_of
from engine.errors import LabError
from engine.manifest import find_checkpoint
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.cuts import why_uncut
from engine.vocab.find import find_tokenizer
from engine.vocab.incremental import LiveText
from engine.vocab.kinds import KINDS
from engine.vocab.published import PublishedTokenizer

Report = dict[str, Any]
NAMES = ("nano/base", "gpt2", "cl100k_base", "o200k_base")
TEXT_BYTES = 100_000
"""What is cut at a time, and edited: each kind of text again and again, up to this length."""
STRETCHES = {"prose": KINDS[0].text, "letters": "abcdefghijk", "blanks": " ", "digits": "7"}
"""What is edited: prose, and what can be cut nowhere, the worst there is."""
_TYPED = "etaoin shrdlu,.\n5"

_Encode = Callable[[str], Sequence[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How often each thing is done, and on how much."""

    rounds: int = 7
    limit_s: float = 60.0
    """After which no further round is begun."""
    edits: int = 300
    stretch_edits: int = 20
    """In texts that cannot be cut, where each edit takes as long as the whole."""
    n_bytes: int = TEXT_BYTES


@dataclass(frozen=True, slots=True)
class _Pair:
    """The lab's way and a library's way to the same ids."""

    name: str
    peer: str
    ours: _Encode
    theirs: _Encode


def run_tokenize_bench(names: Sequence[str], say: Say, counts: Counts | None = None) -> Report:
    """Measure some tokenizers.

    Args:
        names: as ``find_tokenizer`` takes them.
        say: told of progress.
        counts: less than usual, in tests.

    Returns:
        A JSON document: what it ran on, ``unavailable`` (who could not take part, and why),
        ``pairs`` (``tokenizer``, ``peer``, and for each kind of text the speeds in MB/s,
        ``times_faster``, the median of the ratios within a round, and whether the ids were
        ``identical``), and ``edits`` (for each tokenizer ``why_whole`` it is always encoded as
        a whole, and for each of its ``stretches`` of text the times of an edit and of encoding the
        whole, in ms).

    Raises:
        LabError: none of the tokenizers can be had.
    """
    counts = counts or Counts()
    head = machine_head("tokenize")
    found: dict[str, AnyTokenizer] = {}
    unavailable: dict[str, str] = {}
    for name in names:
        say(f"tokenize: reading {name}")
        try:
            found[name] = find_tokenizer(name).tokenizer
        except LabError as error:
            unavailable[name] = str(error)
    if not found:
        raise LabError(next(iter(unavailable.values()), "No tokenizer was named. Name one."))
    pairs = [pair for name, tokenizer in found.items() for pair in _pairs(name, tokenizer)]
    return {
        **head,
        "unavailable": unavailable,
        "text_bytes": counts.n_bytes,
        "pairs": _speeds(pairs, counts, say),
        "edits": {name: _edits(name, each, counts, say) for name, each in found.items()},
    }


def _pairs(name: str, tokenizer: AnyTokenizer) -> list[_Pair]:
    if isinstance(tokenizer, PublishedTokenizer):
        encode = tiktoken.get_encoding(tokenizer.name).encode_ordinary
        return [_Pair(name, f"tiktoken {tiktoken.__version__}", tokenizer.encode, encode)]
    file = _file(name)
    if file is None:
        return []
    library = LibraryTokenizer.from_file(str(file))

    def theirs(text: str) -> Sequence[int]:
        ids: list[int] = library.encode_batch_fast([text], add_special_tokens=False)[0].ids
        return ids

    return [_Pair(name, f"tokenizers {tokenizers.__version__}", tokenizer.encode, theirs)]


def _file(name: str) -> Path | None:
    """The ``tokenizer.json`` of a tokenizer; None: it has none (a GGUF file)."""
    path = paths.expanded(name)
    if path.is_file():
        return path if path.suffix == ".json" else None
    return (path if path.is_dir() else find_checkpoint(name).path) / "tokenizer.json"


def _speeds(pairs: Sequence[_Pair], counts: Counts, say: Say) -> list[Report]:
    texts = {kind.name: _long(kind.text, counts.n_bytes) for kind in KINDS}
    times: dict[tuple[int, str], list[tuple[float, float]]] = {
        (number, kind): [] for number in range(len(pairs)) for kind in texts
    }
    different: set[tuple[int, str]] = set()
    for turn in rounds_of("tokenize", (counts.rounds, counts.limit_s), say):
        for number, pair in enumerate(pairs):
            for kind, text in texts.items():
                # Each goes first in every other round: the second finds the text in the cache.
                order = (pair.ours, pair.theirs) if turn % 2 else (pair.theirs, pair.ours)
                (a, first), (b, second) = (_timed(encode, text) for encode in order)
                times[number, kind].append((b, a) if order[1] is pair.ours else (a, b))
                if [*first] != [*second]:
                    different.add((number, kind))
    return [
        {
            "tokenizer": pair.name,
            "peer": pair.peer,
            "kinds": {
                kind: _speed(times[number, kind], texts[kind], (number, kind) not in different)
                for kind in texts
            },
        }
        for number, pair in enumerate(pairs)
    ]


def _speed(times: Sequence[tuple[float, float]], text: str, identical: bool) -> Report:
    ours, theirs = zip(*times, strict=True)
    megabytes = len(text.encode()) / 1e6
    return {
        "mb_per_s": rounded(megabytes / median(ours)),
        "peer_mb_per_s": rounded(megabytes / median(theirs)),
        "times_faster": median_ratio(theirs, ours),
        "rounds": len(times),
        "identical": identical,
    }


def _edits(name: str, tokenizer: AnyTokenizer, counts: Counts, say: Say) -> Report:
    figures = {}
    for stretch, text in STRETCHES.items():
        say(f"tokenize: typing into {stretch}, {name}")
        live = LiveText(tokenizer, _long(text, counts.n_bytes))
        rng = random.Random(f"edits:{stretch}")
        typed = _TYPED if stretch == "prose" else text
        number = counts.edits if stretch == "prose" else counts.stretch_edits
        edits, wholes = [], []
        for turn in range(number):
            at = rng.randrange(len(live.text))
            new = "" if turn % 4 == 3 else rng.choice(typed)
            began = time.perf_counter()
            live.edit(at, at + (not new), new)
            edits.append(time.perf_counter() - began)
            if turn % max(1, number // counts.rounds) == 0:
                seconds, ids = _timed(tokenizer.encode, live.text)
                wholes.append(seconds)
                if live.ids != ids:
                    raise LabError(
                        f"After {turn + 1} edits the tokens of {name} are not those of the whole "
                        "text. Report this: it is a mistake of the lab."
                    )
        figures[stretch] = {
            "edits": number,
            "p50_ms": rounded(median(edits) * 1e3),
            "p95_ms": rounded(percentile(edits, 0.95) * 1e3),
            "worst_ms": rounded(max(edits) * 1e3),
            "whole_p50_ms": rounded(median(wholes) * 1e3),
            "times_faster": rounded(median(wholes) / median(edits)),
        }
    return {"why_whole": why_uncut(tokenizer), "stretches": figures}


def _long(text: str, n_bytes: int) -> str:
    """A text again and again, of that many bytes or a character less."""
    times = n_bytes // len(text.encode()) + 1
    return (text * times).encode()[:n_bytes].decode("utf-8", "ignore")


def _timed(encode: _Encode, text: str) -> tuple[float, Sequence[int]]:
    began = time.perf_counter()
    ids = encode(text)
    return time.perf_counter() - began, ids
