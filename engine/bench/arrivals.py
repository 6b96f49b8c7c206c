"""Requests that arrive one by one, against the same ones asked for all at once.

A batch that is complete from the beginning is the best there can be. The engine lets requests join
between steps, so those that trickle in should finish hardly later, if there is enough to do.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from engine.bench.contenders import Contender, Say
from engine.bench.figures import median_ratio, percentile, rounded
from engine.bench.lengths import arrival_times, ragged_lengths, random_prompts
from engine.bench.rounds import Rounds, rounds_of
from engine.bench.turn import Turn

REQUESTS = 64
WINDOW_S = 5.0
PROMPT_TOKENS = (16, 64)
LONGEST = 512
WINDOW_SHARE = 0.3
"""Of the batch's time: were requests to come more slowly, the engine would wait for them."""


def run_arrivals(
    ours: Contender, *, n_vocab: int, max_seq_len: int, median_length: int, rounds: Rounds, say: Say
) -> dict[str, Any]:
    """Answer 64 requests of uneven lengths, in both ways.

    Args:
        ours: the engine.
        n_vocab: prompts are random ids below it.
        max_seq_len: of the model.
        median_length: of the answers' lengths.
        rounds: each with prompts of its own.
        say: told of progress.

    Returns:
        ``batch_s`` and ``arriving_s``, from the first arrival to the last token, their ``ratio``
        (the median within a round), ``window_s`` in which the requests arrive (5 s, but no more
        than 0.3 of the batch's time) and how long they waited for their first tokens.
    """
    longest = min(LONGEST, max_seq_len - PROMPT_TOKENS[1])
    lengths = ragged_lengths(REQUESTS, median=median_length, longest=longest, seed="arrivals")

    def prompts(name: str) -> list[list[int]]:
        # New ones each time: what was read once would not be read again.
        shortest, longest = PROMPT_TOKENS
        return random_prompts(
            REQUESTS, shortest=shortest, longest=longest, n_vocab=n_vocab, seed=f"arrivals/{name}"
        )

    say("arrivals: warming up")
    ours.decode(prompts=prompts("warm"), lengths=[4] * REQUESTS)
    batches: list[Turn] = []
    arriving: list[Turn] = []
    window_s = 0.0
    for number in rounds_of("arrivals", rounds, say):
        batches.append(ours.decode(prompts=prompts(f"batch {number}"), lengths=lengths))
        if not number:
            window_s = min(WINDOW_S, WINDOW_SHARE * batches[0]["seconds"])
        times = arrival_times(REQUESTS, window_s=window_s, seed=f"arrivals/{number}")
        turn = ours.decode(prompts=prompts(f"apart {number}"), lengths=lengths, at_s=times)
        arriving.append(turn)
    waits = [wait for turn in arriving for wait in turn["first_s"]]
    return {
        "contender": ours.name,
        "requests": REQUESTS,
        "n_tokens": sum(lengths),
        "mean_length": rounded(sum(lengths) / REQUESTS),
        "longest_length": max(lengths),
        "rounds": len(batches),
        "window_s": rounded(window_s),
        "batch_s": rounded(median(turn["seconds"] for turn in batches)),
        "arriving_s": rounded(median(turn["seconds"] for turn in arriving)),
        "ratio": median_ratio(
            [turn["seconds"] for turn in arriving], [turn["seconds"] for turn in batches]
        ),
        "first_token_p50_s": rounded(median(waits)),
        "first_token_p95_s": rounded(percentile(waits, 0.95)),
    }
