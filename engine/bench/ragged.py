"""Many samples of uneven lengths, as reinforcement learning draws them: 16 prompts x 16 samples.

Rows of ours leave the batch when they end and others take their place. ``generate`` of
``transformers`` runs all rows to the end of the longest, so it is given the same rows and told the
longest length; only the tokens that were wanted are counted.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from engine.bench.contenders import Contender, Say
from engine.bench.figures import median_ratio, peak, rounded
from engine.bench.lengths import ragged_lengths, random_prompts
from engine.bench.rounds import Rounds, rounds_of
from engine.bench.turn import Turn

PROMPTS, SAMPLES = 16, 16
MEDIAN, LONGEST = 48, 256
PROMPT_TOKENS = (8, 48)


def run_ragged(
    ours: Contender,
    theirs: Contender | None,
    *,
    n_vocab: int,
    max_seq_len: int,
    rounds: Rounds,
    say: Say,
) -> dict[str, Any]:
    """Sample at temperature 1.

    Returns:
        What was asked for (``mean_length``, ``longest_length``, ``n_tokens``), and for each
        contender the median ``seconds``, ``tokens_per_s`` of tokens that were wanted, and
        ``peak_bytes``; ``times_faster`` is the median of the ratios within a round, and
        ``padding`` how many times as many tokens the padded rows hold: the part of it that is due
        to leaving the batch early.
    """
    longest = min(LONGEST, max_seq_len - PROMPT_TOKENS[1])
    lengths = ragged_lengths(PROMPTS * SAMPLES, median=MEDIAN, longest=longest, seed="ragged")
    contenders = [ours] if theirs is None else [ours, theirs]
    turns: dict[str, list[Turn]] = {contender.name: [] for contender in contenders}

    def rows(round_name: str) -> list[list[int]]:
        shortest, longest = PROMPT_TOKENS
        prompts = random_prompts(
            PROMPTS,
            shortest=shortest,
            longest=longest,
            n_vocab=n_vocab,
            seed=f"ragged/{round_name}",
        )
        return [prompt for prompt in prompts for _ in range(SAMPLES)]

    say("ragged: warming up")
    for contender in contenders:
        contender.decode(prompts=rows("warm"), lengths=[4] * len(lengths), temperature=1.0)
    for number in rounds_of("ragged", rounds, say):
        prompts = rows(str(number))
        for contender in contenders:
            turn = contender.decode(prompts=prompts, lengths=lengths, temperature=1.0)
            turns[contender.name].append(turn)
    seconds = {name: [turn["seconds"] for turn in done] for name, done in turns.items()}
    return {
        "prompts": PROMPTS,
        "samples": SAMPLES,
        "n_tokens": sum(lengths),
        "mean_length": rounded(sum(lengths) / len(lengths)),
        "longest_length": max(lengths),
        "padding": rounded(max(lengths) * len(lengths) / sum(lengths)),
        "rounds": len(turns[ours.name]),
        "contenders": {
            name: {
                "seconds": rounded(median(seconds[name])),
                "tokens_per_s": rounded(sum(lengths) / median(seconds[name])),
                "peak_bytes": peak(done),
            }
            for name, done in turns.items()
        },
        "times_faster": {}
        if theirs is None
        else {theirs.name: median_ratio(seconds[theirs.name], seconds[ours.name])},
    }
