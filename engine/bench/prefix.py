"""The first token of a conversation's fifth turn, with what was read before and without.

With: the same engine answered the four turns before. Without: an engine that has read nothing gets
the same text. The answers must be the same.
"""

from __future__ import annotations

from statistics import median
from typing import Any

from engine.bench.contenders import Contender, Say
from engine.bench.figures import median_ratio, rounded, sameness
from engine.bench.lengths import random_prompts
from engine.bench.rounds import Rounds, rounds_of
from engine.bench.turn import Turn

TURNS = 5
MOST_A_TURN = 160
"""Tokens of question and answer together."""


def run_prefix(
    ours: Contender, *, n_vocab: int, max_seq_len: int, rounds: Rounds, say: Say
) -> dict[str, Any]:
    """Hold a conversation of random ids in each round.

    Returns:
        ``prompt_tokens`` of the fifth turn, and with and without reuse the tokens that were read
        and the median time to the first token; ``times_faster`` and ``same_tokens``.
    """
    a_turn = min(MOST_A_TURN, max_seq_len // (TURNS + 1))
    n_answer = max(2, a_turn // 4)
    n_question = a_turn - n_answer
    reused: list[Turn] = []
    fresh: list[Turn] = []
    prompt: list[int] = []
    for number in rounds_of("prefix", rounds, say):
        questions = random_prompts(
            TURNS, shortest=n_question, longest=n_question, n_vocab=n_vocab, seed=f"prefix/{number}"
        )
        prompt = []
        for question in questions:
            prompt += question
            turn = ours.decode(prompts=[prompt], lengths=[n_answer])
            if question is not questions[-1]:
                prompt += _answer(turn)
        reused.append(turn)
        ours.child.ask("forget")
        fresh.append(ours.decode(prompts=[prompt], lengths=[n_answer]))
    return {
        "contender": ours.name,
        "turn": TURNS,
        "prompt_tokens": len(prompt),
        "rounds": len(fresh),
        "with_reuse": _figures(reused),
        "without": _figures(fresh),
        "times_faster": median_ratio(
            [turn["first_s"][0] for turn in fresh], [turn["first_s"][0] for turn in reused]
        ),
        "same_tokens": sameness([[_answer(turn)] for turn in reused],
                                [[_answer(turn)] for turn in fresh]),
    }  # fmt: skip


def _answer(turn: Turn) -> list[int]:
    assert turn["ids"] is not None
    return turn["ids"][0]


def _figures(turns: list[Turn]) -> dict[str, Any]:
    return {
        "tokens_read": turns[-1]["n_read"],
        "first_token_s": rounded(median(turn["first_s"][0] for turn in turns)),
    }
