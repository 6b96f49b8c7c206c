"""Detectors that only look at answers: do the samples agree, and how sure was each token?

Each score is between 0 and 1, and higher says "it knows". Imports no torch.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from engine.probes.record import Answer


def meanings(samples: Sequence[Answer]) -> list[Hashable]:
    """One key a sample; equal keys mean the same.

    Samples mean the same when the judge reads the same value out of them, whatever their words. An
    answer without a value means its own words. A refusal agrees with nothing, not with another
    refusal either: a model that always says "I do not know" agrees with itself perfectly, and that
    must not look like knowledge.
    """
    keys: list[Hashable] = []
    for number, answer in enumerate(samples):
        if answer.outcome == "abstained":
            keys.append(number)
        else:
            keys.append(answer.value or ("words", *answer.text.casefold().split()))
    return keys


def agreement(samples: Sequence[Answer]) -> float | None:
    """Share of the samples that mean what most of them mean; None without samples.

    With K samples the least is 1/K: each says something else, or all refuse.
    """
    counts = Counter(meanings(samples))
    return max(counts.values()) / len(samples) if counts else None


def semantic_entropy(samples: Sequence[Answer]) -> float | None:
    """1 - H / ln K, where H (nats) is the entropy of what K samples mean; None for fewer than two.

    H is the discrete semantic entropy of Farquhar et al. (Nature 630, 2024), after Kuhn et al.
    (arXiv 2302.09664), who let a second model say which answers entail each other. Here the judge
    knows all values there are, so equal meaning needs no guess. 1 is agreement, 0 is K meanings.
    """
    total = len(samples)
    if total < 2:
        return None
    shares = [count / total for count in Counter(meanings(samples)).values()]
    entropy = -sum(share * math.log(share) for share in shares)
    return max(0.0, 1.0 - entropy / math.log(total))


def confidence(greedy: Answer) -> float:
    """Probability of a token of the greedy answer, the geometric mean.

    On 648 development answers of ``nano/sft`` its AUROC was 0.881; the least likely token's was
    0.805, for half the time the doubt there is between two ways to put it. The whole answer's
    probability had 0.916, where all answers are of a length; of a model that says now a word and
    now a paragraph it would measure the length.
    """
    return math.exp(min(0.0, greedy.mean_logprob))


def answer_scores(greedy: Answer, samples: Sequence[Answer]) -> dict[str, float]:
    """The scores of this module by name; those that need samples are left out without them."""
    scores: dict[str, float | None] = {
        "agreement": agreement(samples),
        "semantic_entropy": semantic_entropy(samples),
        "confidence": confidence(greedy),
    }
    return {name: score for name, score in scores.items() if score is not None}
