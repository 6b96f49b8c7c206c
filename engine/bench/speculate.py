"""Guessing ahead by looking the last words up in the row's own text: how much it brings, or costs.

Two kinds of prompt: a page that is being copied, where guesses are right, and the beginning of a
page, where few are. The answer must be the same with and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from engine.bench.contenders import Contender, Say
from engine.bench.figures import median_ratio, rounded, sameness
from engine.bench.rounds import Rounds, rounds_of
from engine.bench.turn import Turn

GUESSES = 8
PAGES = 4
COPIED = 16
"""Tokens of the second copy that stand in the prompt."""


def run_speculate(
    ours: Contender, *, max_seq_len: int, n_new: int, rounds: Rounds, say: Say
) -> dict[str, Any]:
    """Decode one row at a time, greedily, in both ways.

    Returns:
        For "copying" and "writing": ``plain_per_s`` and ``guessing_per_s`` (tokens),
        ``times_faster`` (median within a round) and ``same_tokens``.
    """
    pages: list[list[int]] = ours.child.ask("render", n_pages=PAGES)
    n_new = min(n_new, max_seq_len // 3)
    most = (max_seq_len - n_new - COPIED) // 2
    pages = [page[:most] for page in pages]
    copying = [page + page[1 : COPIED + 1] for page in pages]
    writing = [page[: 1 + len(page) // 2] for page in pages]
    return {
        "contender": ours.name,
        "guesses": GUESSES,
        "prompts": PAGES,
        "n_new": n_new,
        "kinds": {
            kind: _one_kind(kind, ours, prompts, n_new, rounds, say)
            for kind, prompts in (("copying", copying), ("writing", writing))
        },
    }


def _one_kind(
    kind: str, ours: Contender, prompts: Sequence[list[int]], n_new: int, rounds: Rounds, say: Say
) -> dict[str, Any]:
    turns: dict[int, list[Turn]] = {0: [], GUESSES: []}
    say(f"speculate: {kind}, warming up")
    for prompt in prompts:  # read now, the prompt is remembered in all rounds, both ways
        ours.decode(prompts=[prompt], lengths=[2])
    for _ in rounds_of(f"speculate: {kind}", rounds, say):
        for prompt in prompts:
            for guesses, done in turns.items():
                done.append(ours.decode(prompts=[prompt], lengths=[n_new], speculate=guesses))
    plain, guessing = ([turn["seconds"] for turn in done] for done in turns.values())
    ids = [[turn["ids"] or [] for turn in done] for done in turns.values()]
    return {
        "rounds": len(plain) // len(prompts),
        "plain_per_s": rounded(n_new / median(plain)),
        "guessing_per_s": rounded(n_new / median(guessing)),
        "times_faster": median_ratio(plain, guessing),
        "same_tokens": sameness(*ids),
    }
