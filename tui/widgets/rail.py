"""The rail: the stages in order, and under each what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.pipeline_text import rail_line, run_sign
from tui.stages import BY_NAME, STAGES, hue

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.runs import RunStatus

Kind = Literal["stage", "checkpoint", "run"]
_HEADLINES = {
    "base": (("val_bpb", "bpb"),),
    "sft": (("facts_head", "head"), ("val_bpb", "bpb")),
    "idk": (("refused_unseen", "ref."), ("facts_head", "head"), ("val_bpb", "bpb")),
    "rl": (
        ("word_problems_pass_at_1", "p@1"),
        ("parity_pass_at_1", "p@1"),
        ("facts_head", "head"),
        ("val_bpb", "bpb"),
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the rail."""

    kind: Kind
    name: str
    stage: str
    glyph: tuple[str, str]
    label: str
    value: str

    @property
    def id(self) -> str:
        """Unique on the rail."""
        return f"{self.kind}:{self.name}"


def entries(checkpoints: Sequence[CheckpointInfo], runs: Sequence[RunStatus]) -> Iterator[Entry]:
    """The lines, from top to bottom."""
    for stage in STAGES:
        made = [info for info in checkpoints if info.stage == stage.name]
        tried = [run for run in runs if run.stage == stage.name]
        done = bool(made) or not stage.trained
        glyph = ("✓", "$text-success") if done else ("○", "$quiet")
        yield Entry("stage", stage.name, stage.name, glyph, stage.name, headline(made))
        known_runs = {run.name for run in tried}
        for info in made:
            if info.name not in known_runs:
                yield Entry(
                    "checkpoint", info.name, stage.name, ("◆", hue(stage.name)), info.name, ""
                )
        for run in tried:
            share = f"{run.step / run.total_steps:.0%}" if run.total_steps else ""
            value = share if run.state != "done" else ""
            yield Entry("run", run.name, stage.name, run_sign(run.state), run.name, value)


def headline(made: Sequence[CheckpointInfo]) -> str:
    """The number that a stage is known by.

    Bits a byte, the share of head facts that it answers, of unseen ones that it refuses, or of
    held-out problems that it gets right.
    """
    for info in made[:1]:
        for name, unit in _HEADLINES.get(info.stage, ()):
            if name in info.metrics:
                return f"{info.metrics[name]:.2f} {unit}"
    return ""


class Rail(OptionList):
    """Keeps its cursor on the same entry when the list changes."""

    HELP = """
# Pipeline

Each stage makes the input of the next. Choose a stage, a checkpoint (**◆**) or a run; the right
side says what it is and where it came from. **enter** opens a checkpoint's model card.

**t** trains the stage, **p** pauses, **r** resumes, **x** stops and keeps what was learned. A run
is a process of its own: it goes on when you leave, and is found again when you come back.

A run of **idk** first finds out what its parent knows, step by step. **[** and **]** look at the
rows of one step, a click on it does too.
"""

    def __init__(self) -> None:
        super().__init__(id="rail", markup=False)
        self.entries: dict[str, Entry] = {}
        self._drawn: tuple[object, ...] = ()

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        if self.highlighted is None:
            return None
        return self.entries.get(self.get_option_at_index(self.highlighted).id or "")

    def show_entries(self, lines: Sequence[Entry]) -> None:
        """Replace the lines, if they differ from those on screen."""
        width = self.scrollable_content_region.width
        if (width, *lines) == self._drawn or width < 4:
            return
        self._drawn = (width, *lines)
        before = self.entry
        self.entries = {line.id: line for line in lines}
        if [option.id for option in self.options] == list(self.entries):
            for line in lines:
                self.replace_option_prompt(line.id, self._prompt(line, width))
            return
        self.clear_options()
        self.add_options([Option(self._prompt(line, width), id=line.id) for line in lines])
        if before is not None and before.id in self.entries:
            self.highlighted = self.get_option_index(before.id)

    def go_to(self, entry_id: str) -> None:
        """Put the cursor on an entry, if it is there."""
        if entry_id in self.entries:
            self.highlighted = self.get_option_index(entry_id)

    @staticmethod
    def _prompt(line: Entry, width: int) -> Content:
        is_stage = line.kind == "stage" and line.name in BY_NAME
        style = f"bold {hue(line.stage)}" if is_stage else ""
        indent = "" if is_stage else "  "
        text = rail_line(line.glyph, line.label, line.value, width - len(indent), style=style)
        return Content(indent) + text
