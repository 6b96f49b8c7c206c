"""The stages of the lecture that this lab has: their names, glyphs and one sentence each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """A stop on the rail. ``trained`` stages make checkpoints; the others make their input."""

    name: str
    trained: bool
    summary: str


STAGES = (
    Stage(
        "web",
        False,
        "A small internet about a closed world, written from a seed: people, towns, schools, "
        "rivers, inventions, books, worked arithmetic, spelling and stories. Every fact on it is "
        "known, and on how many pages it stands: head 63 to 107, torso 20 to 51, tail 1 to 8, and "
        "unseen, which is never trained on.",
    ),
    Stage(
        "tokens",
        False,
        "A byte-level BPE vocabulary trained on the pocket web. It cuts text into the pieces that "
        "a model reads and writes; any Unicode text survives the round trip.",
    ),
    Stage(
        "base",
        True,
        "Learns to continue pages of the pocket web, one token at a time, from random weights. "
        "It knows much and answers nothing: it goes on writing.",
    ),
    Stage(
        "sft",
        True,
        "Learns from conversations to answer as an assistant. Few facts are new here: it learns "
        "to say what the base model already knows.",
    ),
    Stage(
        "idk",
        True,
        "Learns to say that it does not know. The assistant is asked thousands of questions first; "
        "what it gets right each time it goes on answering, what it never gets right it learns to "
        "refuse.",
    ),
    Stage(
        "rl",
        True,
        "Learns from its own attempts. It tries problems whose answers can be checked many times "
        "over; what did better than the rest becomes likelier. Pane 7 shows the attempts.",
    ),
)
TRAINED = tuple(stage.name for stage in STAGES if stage.trained)

BY_NAME = {stage.name: stage for stage in STAGES}


def hue(stage: str) -> str:
    """The theme variable that holds a stage's colour; a stage of a later version is muted."""
    return f"$stage-{stage}" if stage in BY_NAME else "$quiet"
