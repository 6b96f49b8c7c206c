"""What to train, before a run begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, RadioSet, Select, Static

from tui import settings
from tui.safe_text import visible
from tui.screens.dialog import AskingDialog
from tui.settings import schema
from tui.typed import quoted, whole_number
from tui.widgets.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.rl.plan import RlPlan

PRESETS = (
    ("nano", "the size that ships; minutes to an hour on two cores"),
    ("pico", "a toy for trying out; under a minute"),
)


@dataclass(frozen=True, slots=True)
class StartChoice:
    """What ``start_run`` is called with; None leaves the recipe's own value."""

    stage: str
    preset: str
    steps: int | None
    parent: str | None
    rl: RlPlan | None = None
    """How a run of the stage ``rl`` learns, which no other stage has."""


class StartRun(AskingDialog[StartChoice]):
    """Preset, steps and, for a stage that needs one, the checkpoint to start from."""

    def __init__(
        self, stage: str, parent_stage: str | None, parents: Sequence[str], preset: str = ""
    ) -> None:
        super().__init__()
        self.stage, self.parent_stage, self.parents = stage, parent_stage, parents
        names = [name for name, _ in PRESETS]
        self.proposed = names.index(preset if preset in names else settings.value(schema.PRESET))

    def compose(self) -> ComposeResult:
        """Three choices, each with a default, so that enter enter is enough."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"train {self.stage}")
            with RadioSet(id="preset", compact=True):
                for index, (name, words) in enumerate(PRESETS):
                    chosen = index == self.proposed
                    yield Choice(Content(f"{name}  {words}"), value=chosen, compact=True)
            with Horizontal(classes="field"):
                yield Label("steps", classes="name")
                yield Input(id="steps", placeholder="recipe", type="integer", compact=True)
                yield Label("empty takes the recipe's own number", classes="hint")
            if self.parents:
                with Horizontal(classes="field"):
                    yield Label("start from", classes="name")
                    yield Select(
                        [(Content(visible(name)), name) for name in self.parents],
                        prompt=f"the preset's own {self.parent_stage}",
                        compact=True,
                    )
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Train", id="train", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Enter starts with the defaults."""
        self.query_one("#train", Button).focus()

    def finish(self) -> None:
        """See ``AskingDialog``."""
        text = self.query_one("#steps", Input).value.strip()
        steps = whole_number(text)
        if text and (steps is None or not 0 < steps < 10**9):
            self.say_mistake(f"steps is {quoted(text)}; type a whole number above 0, or nothing.")
            return
        index = self.query_one(RadioSet).pressed_index
        parent = self.query_one(Select).value if self.parents else None
        self.dismiss(
            StartChoice(
                stage=self.stage,
                preset=PRESETS[max(0, index)][0],
                steps=steps,
                parent=parent if isinstance(parent, str) else None,
            )
        )
