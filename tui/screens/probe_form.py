"""What a new probe is to ask, and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, RadioSet, Select, Static

from engine.errors import LabError
from engine.paths import expanded
from engine.probes.plan import ProbePlan
from tui.safe_text import visible
from tui.screens.dialog import AskingDialog
from tui.typed import number, quoted, whole_number
from tui.widgets.choice import Choice

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo

_NOBODY = ""
_DEFAULTS = ProbePlan(checkpoint=_NOBODY)
_NUMBERS = (
    ("samples", "samples", _DEFAULTS.samples, "drawn to each question (K)"),
    ("temperature", "temperature", _DEFAULTS.temperature, "of the samples (T)"),
    ("per-group", "how many", _DEFAULTS.per_group, "of each tier (a file: all of it)"),
)


class ProbeForm(AskingDialog[ProbePlan]):
    """Gives a plan; what cannot be planned is said, and nothing typed is lost.

    Args:
        checkpoints: what there is to ask.
        begin: the checkpoint that is chosen at first, where it is there.
    """

    def __init__(self, checkpoints: Sequence[CheckpointInfo], begin: str) -> None:
        super().__init__(classes="probe-form")
        self.checkpoints = checkpoints
        names = [info.name for info in checkpoints]
        assistants = [info.name for info in checkpoints if info.chats]
        self.begin = begin if begin in names else next(iter(assistants or names), _NOBODY)

    def compose(self) -> ComposeResult:
        """Each line has a default, so that enter is enough."""
        names = [info.name for info in self.checkpoints]
        with Vertical(classes="dialog") as box:
            box.border_title = Content("new probe")
            with Horizontal(classes="field"):
                yield Label("checkpoint", classes="name")
                yield Select(
                    [(Content(visible(name)), name) for name in names],
                    value=self.begin if names else Select.NULL,
                    allow_blank=not names,
                    id="checkpoint",
                    compact=True,
                )
            with Horizontal(classes="field"):
                yield Label("compare with", classes="name")
                yield Select(
                    [(Content(visible(name)), name) for name in names],
                    prompt="nobody",
                    id="against",
                    compact=True,
                )
                yield Label("is the state before", classes="hint")
            with RadioSet(id="source", compact=True):
                facts = "the world's facts, of people it never talked about"
                yield Choice(Content(facts), value=True, compact=True)
                yield Choice(Content("a file of my own questions (JSONL)"), compact=True)
            with Horizontal(classes="field"):
                yield Label("file", classes="name")
                yield Input(id="path", placeholder="questions.jsonl", compact=True)
            yield Static(
                Content('a line: {"question": "…", "answer": "…"} or {"question": "…", '
                        '"unknown": true}'),
                classes="hint",
            )  # fmt: skip
            for key, label, value, hint in _NUMBERS:
                with Horizontal(classes="field"):
                    yield Label(label, classes="name")
                    yield Input(str(value), id=key, compact=True)
                    yield Label(hint, classes="hint")
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Start", id="start", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Enter starts with the defaults."""
        self._offer_parent(self.begin)
        self.query_one("#start", Button).focus()

    @on(Select.Changed, "#checkpoint")
    def checkpoint_changed(self, event: Select.Changed) -> None:
        """Another checkpoint has another parent."""
        if isinstance(event.value, str):
            self._offer_parent(event.value)

    def _offer_parent(self, name: str) -> None:
        """Compare with the parent, where it answers questions in the same way."""
        by_name = {info.name: info for info in self.checkpoints}
        info = by_name.get(name)
        parent = by_name.get(info.parent or "") if info else None
        against = self.query_one("#against", Select)
        if info is not None and parent is not None and info.chats and parent.chats:
            against.value = parent.name
        else:
            against.clear()
        if info is not None and info.imported:  # It never read this world's pages.
            self.query_one(RadioSet).query(Choice).last().value = True

    @on(Input.Changed, "#path")
    def path_typed(self, event: Input.Changed) -> None:
        """Who names a file means it."""
        if event.value.strip():
            self.query_one(RadioSet).query(Choice).last().value = True

    def finish(self) -> None:
        """See ``AskingDialog``."""
        try:
            self.dismiss(self._plan())
        except LabError as error:
            self.say_mistake(str(error))

    def _plan(self) -> ProbePlan:
        checkpoint = self.query_one("#checkpoint", Select).value
        against = self.query_one("#against", Select).value
        if not isinstance(checkpoint, str):
            raise LabError("There is no checkpoint to ask. Train one in 1 Pipeline, or import one.")
        from_file = self.query_one(RadioSet).pressed_index == 1
        path = self._typed("path")
        if from_file and not path:
            raise LabError("No file of questions is named. Type its path, or ask about the facts.")
        return ProbePlan(
            checkpoint=checkpoint,
            source="file" if from_file else "facts",
            questions_path=str(expanded(path).absolute()) if from_file else None,
            against=against if isinstance(against, str) and against != checkpoint else None,
            samples=self._whole("samples"),
            temperature=self._number("temperature"),
            per_group=self._whole("per-group"),
        )

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _whole(self, name: str) -> int:
        text = self._typed(name)
        found = whole_number(text)
        if found is None or abs(found) >= 10**9:
            raise LabError(f"{name} is {quoted(text)}; type a whole number.")
        return found

    def _number(self, name: str) -> float:
        text = self._typed(name)
        found = number(text)
        if found is None:
            raise LabError(f"{name} is {quoted(text)}; type a number, such as 0.8.")
        return found
