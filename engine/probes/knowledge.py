"""How well a model knows a fact: the four categories of SliCK. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence

from engine.probes.record import Answer, Category


def category(greedy: Answer, contexts: Sequence[Answer], samples: Sequence[Answer]) -> Category:
    """Sort a fact by how often the model's answers about it are right.

    Gekhman et al. (arXiv 2405.05904, section 3) ask ten times greedily, after ten draws of four
    examples, and draw 16 samples after each of them at temperature 0.5. A fact is highly known if
    the greedy answers are always right, maybe known if they sometimes are, weakly known if only
    samples ever are, and unknown if nothing is. Here there are as many greedy answers as the
    question has wordings (chat models) or examples before it (base models), and all samples come
    from one prompt, at the probe's own temperature: fewer draws find fewer weakly known facts.

    A refusal is not right. So of a model that was taught to refuse this says what it *tells*; what
    it knows is better asked of the checkpoint that it was made from.

    Args:
        greedy: to the question as its text says.
        contexts: greedy too, in other words or after other examples.
        samples: drawn.
    """
    right = [answer.outcome == "correct" for answer in (greedy, *contexts)]
    if all(right):
        return "highly known"
    if any(right):
        return "maybe known"
    if any(answer.outcome == "correct" for answer in samples):
        return "weakly known"
    return "unknown"
