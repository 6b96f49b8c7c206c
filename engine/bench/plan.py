"""What a run of ``llmlab bench decode`` does: sections, sizes and lengths. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from engine.bench.rounds import Rounds
from engine.errors import LabError
from engine.manifest import CheckpointInfo
from engine.precision import BIG_MODEL, Precision

Section = Literal["batches", "quality", "ragged", "arrivals", "speculate", "prefix"]
SECTIONS: tuple[Section, ...] = get_args(Section)

SMALL_MODEL = 20_000_000
"""Parameters up to which a loop without a cache, and padding, can be waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to measure. Longer texts and more rounds are steadier and take longer."""

    sections: tuple[Section, ...]
    left_out: dict[Section, str]
    """Sections that this model does not get unless they are asked for, and why."""
    precisions: tuple[Precision, ...]
    """The first one is looked at in all sections."""
    batch_sizes: tuple[int, ...]
    n_prompt: int
    """Tokens of each prompt of ``batches``."""
    n_new: int
    """Tokens added to each."""
    batch_rounds: Rounds
    """For each batch size."""
    section_rounds: Rounds
    """For each other section."""
    arriving_length: int
    """Median of the answers' lengths in ``arrivals``; long enough that a batch of them takes
    several times the 5 s in which they arrive."""
    is_small: bool


def make_plan(
    info: CheckpointInfo,
    *,
    only: Sequence[Section] = (),
    precisions: Sequence[Precision] = (),
    batch_sizes: Sequence[int] = (1, 16, 64),
    n_new: int | None = None,
    rounds: int | None = None,
) -> Plan:
    """Choose what is not given, so that a run takes minutes whatever the model's size.

    Raises:
        LabError: a number is out of its range.
    """
    is_small = info.n_params <= SMALL_MODEL
    if n_new is None:
        n_new = 128 if is_small else 32
    if rounds is None:
        rounds = 5 if is_small else 3
    for name, values in (("--batch", batch_sizes), ("--tokens", (n_new,)), ("--rounds", (rounds,))):
        least = 2 if name == "--tokens" else 1
        for value in values:
            if value < least:
                raise LabError(f"{name} {value} is too small. Give a number from {least} up.")
    n_prompt = 16
    if n_prompt + n_new > info.max_seq_len:
        raise LabError(
            f"--tokens {n_new} behind prompts of {n_prompt} do not fit: {info.name} reads at most "
            f"{info.max_seq_len}. Give a smaller number."
        )
    left_out: dict[Section, str] = {}
    if not only and not is_small:
        left_out["ragged"] = (
            f"256 padded rows of {info.n_params / 1e6:.0f} M parameters take many minutes; "
            "ask for it with --only ragged"
        )
    if not precisions:
        if is_small:
            precisions = ("fp32",)
        elif info.n_params < BIG_MODEL:
            precisions = ("fp32", "bf16", "int8")
        else:
            precisions = ("bf16", "int8")
    if not only and set(precisions) <= {"fp32"}:
        left_out["quality"] = "nothing is rounded in fp32; ask for it with --precision int8"
    return Plan(
        sections=tuple(only) or tuple(name for name in SECTIONS if name not in left_out),
        left_out=left_out,
        precisions=tuple(dict.fromkeys(precisions)),
        batch_sizes=tuple(dict.fromkeys(batch_sizes)),
        n_prompt=n_prompt,
        n_new=n_new,
        batch_rounds=(rounds, 35.0 if is_small else 70.0),
        section_rounds=(min(rounds, 3 if is_small else 2), 20.0 if is_small else 60.0),
        arriving_length=96 if is_small else 128,
        is_small=is_small,
    )
