"""Greedy decoding of 1, 16, 64 prompts at a time, all contenders on the same weights and prompts.

They take turns within each round, so that a machine that slows down slows all of them. Every round
has prompts of its own: ours would otherwise remember what it read in the round before.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median
from typing import Any

from engine.bench.child import Child
from engine.bench.contenders import Contender, Say
from engine.bench.figures import Ids, median_ratio, peak, rounded, sameness
from engine.bench.plan import Plan
from engine.bench.rounds import rounds_of
from engine.bench.turn import Turn

_OURS, _EXACT = "ours@", ("transformers@fp32", "llama.cpp@f32")


def run_batches(
    contenders: Sequence[Contender], bandwidth: Child, n_vocab: int, plan: Plan, say: Say
) -> list[dict[str, Any]]:
    """Measure each batch size.

    Args:
        contenders: all that take part.
        bandwidth: see ``bandwidth.Bandwidth``.
        n_vocab: prompts are random ids below it.
        plan: sizes, lengths, rounds.
        say: told of progress.

    Returns:
        For each size: ``contenders`` (the figures of each), ``times_faster`` (each of ours against
        each other one: the median of the ratios within a round) and ``same_tokens`` (how far ours
        in fp32 agrees with others that compute in fp32).
    """
    return [_one_size(size, contenders, bandwidth, n_vocab, plan, say) for size in plan.batch_sizes]


def _one_size(
    size: int,
    contenders: Sequence[Contender],
    bandwidth: Child,
    n_vocab: int,
    plan: Plan,
    say: Say,
) -> dict[str, Any]:
    def one_round(name: str) -> list[tuple[Turn, float]]:
        """Each contender's turn, and the tokens a second that memory allows one row of it."""
        rng = random.Random(f"{size}/{name}")
        prompts = [[rng.randrange(n_vocab) for _ in range(plan.n_prompt)] for _ in range(size)]
        done = []
        for contender in contenders:
            n_bytes = contender.about["weight_bytes"]
            limit = bandwidth.ask("bytes_per_s", n_bytes=n_bytes) / n_bytes if size == 1 else 0.0
            done.append((contender.decode(prompts=prompts, lengths=[plan.n_new] * size), limit))
        return done

    say(f"batch {size}: warming up")
    one_round("warming up")
    turns: dict[str, list[Turn]] = {contender.name: [] for contender in contenders}
    limits: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in rounds_of(f"batch {size}", plan.batch_rounds, say):
        for contender, (turn, limit) in zip(contenders, one_round(str(number)), strict=True):
            turns[contender.name].append(turn)
            limits[contender.name].append(limit)
    seconds = {name: [turn["seconds"] for turn in done] for name, done in turns.items()}
    return {
        "batch": size,
        "rounds": len(turns[contenders[0].name]),
        "contenders": {
            name: _figures(done, size, plan.n_new, limits[name]) for name, done in turns.items()
        },
        "times_faster": {
            name: {
                other: median_ratio(seconds[other], seconds[name])
                for other in turns
                if not other.startswith(_OURS)
            }
            for name in turns
            if name.startswith(_OURS)
        },
        "same_tokens": _same_tokens(turns),
    }


def _figures(
    turns: Sequence[Turn], size: int, n_new: int, limits: Sequence[float]
) -> dict[str, Any]:
    """One contender's figures of one size.

    ``tokens_per_s`` counts the reading of the prompts; ``after_first_per_s`` is the pace behind
    the first token of each row. Only at batch 1 is every weight read for a single token, so only
    there is there a ceiling: ``ceiling_per_s`` tokens, of which ``share_of_ceiling`` was reached.
    """
    firsts = [max(turn["first_s"]) for turn in turns]
    pace = [
        size * (n_new - 1) / (turn["seconds"] - first)
        for turn, first in zip(turns, firsts, strict=True)
    ]
    figures: dict[str, Any] = {
        "tokens_per_s": rounded(median(size * n_new / turn["seconds"] for turn in turns)),
        "after_first_per_s": rounded(median(pace)),
        "first_token_s": rounded(median(firsts)),
        "peak_bytes": peak(turns),
    }
    if size == 1 and turns[0]["ids"] is not None:
        figures["ceiling_per_s"] = rounded(median(limits))
        figures["share_of_ceiling"] = median_ratio(pace, limits)
    return figures


def _same_tokens(turns: dict[str, list[Turn]]) -> dict[str, Any]:
    ours = _ids(turns.get("ours@fp32", []))
    if ours is None:
        return {}
    found = {}
    for name in _EXACT:
        theirs = _ids(turns.get(name, []))
        if theirs is not None:
            found[name] = sameness(ours, theirs)
    return found


def _ids(turns: Sequence[Turn]) -> list[Ids] | None:
    """Tokens of each round; None for one that did not take part or made none."""
    ids = [turn["ids"] for turn in turns]
    return [rows for rows in ids if rows is not None] if ids and None not in ids else None
