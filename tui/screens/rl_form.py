"""What an RL run is to learn, from whom, and how."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Grid, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Select, Static

from engine.errors import LabError
from engine.rl.plan import ALGORITHMS, REWARDS, plan
from engine.tasks.catalogue import TASKS, task_named
from engine.tasks.gym import GYM
from tui.background import in_background
from tui.safe_text import visible
from tui.screens.dialog import AskingDialog
from tui.screens.start_run import StartChoice
from tui.typed import quoted, whole_number
from tui.widgets.choice import Tick

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo

FIRST_TASK = "parity"
FIRST_ALGORITHM = "dr_grpo"
_REWARD_WORDS = {
    "true": "a right answer",
    "format": "the form alone: it will be gamed, to show how that looks",
}


class RlForm(AskingDialog[StartChoice]):
    """Gives a choice; what cannot be planned is said, and nothing chosen is lost."""

    def __init__(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        super().__init__(classes="rl-form")
        self.parents = [info for info in checkpoints if info.chats and not info.imported]

    def compose(self) -> ComposeResult:
        """Each line has a default, so that enter is enough."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("train rl: try often, keep what was right")
            with Grid(id="tasks"):
                for name in TASKS:
                    label = Content(name.replace("_", " "))
                    yield Tick(label, name == FIRST_TASK, id=f"task-{name}", compact=True)
            with Horizontal(classes="field"):
                yield Label("other tasks", classes="name")
                yield Input(id="others", placeholder="gym:basic_arithmetic", compact=True)
                yield Label("of reasoning-gym", classes="hint")
            with Horizontal(classes="field"):
                yield Label("algorithm", classes="name")
                yield _select("algorithm", [(name, name) for name in ALGORITHMS], FIRST_ALGORITHM)
            with Horizontal(classes="field"):
                yield Label("reward", classes="name")
                rewards = [(_REWARD_WORDS.get(name, name), name) for name in REWARDS]
                yield _select("reward", rewards, REWARDS[0])
            with Horizontal(classes="field"):
                yield Label("start from", classes="name")
                yield Select(
                    [(Content(visible(info.name)), info.name) for info in self.parents],
                    prompt="the recipe's own parent",
                    id="parent",
                    compact=True,
                )
            with Horizontal(classes="field"):
                yield Label("steps", classes="name")
                yield Input(id="steps", placeholder="recipe", compact=True)
                yield Label("empty takes the recipe's own number", classes="hint")
            with Horizontal(classes="field"):
                yield Label("cold start", classes="name")
                yield Input(id="cold-start", placeholder="0", compact=True)
                yield Label("steps on worked problems first", classes="hint")
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Train", id="train", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Enter starts with the defaults."""
        self.query_one("#train", Button).focus()

    def finish(self) -> None:
        """See ``AskingDialog``."""
        try:
            choice = self._choice()
        except LabError as error:
            self.say_mistake(str(error))
            return
        assert choice.rl is not None
        others = [name for name in choice.rl.tasks if name.startswith(GYM)]
        if others:
            in_background(self, partial(self._look_up, others, choice), "rl-form", only=True)
        else:
            self.dismiss(choice)

    async def _look_up(self, others: Sequence[str], choice: StartChoice) -> None:
        """Close if there are these tasks; in a thread, as their package takes seconds to load."""
        try:
            for name in others:
                self.query_one("#mistake", Static).update(Content(f"looks up {visible(name)} …"))
                await asyncio.to_thread(task_named, name)
        except LabError as error:
            self.say_mistake(str(error))
        else:
            self.dismiss(choice)

    def _choice(self) -> StartChoice:
        ticked = [name for name in TASKS if self.query_one(f"#task-{name}", Tick).value]
        others = [name.strip() for name in self._typed("others").split(",") if name.strip()]
        for name in others:
            if not name.startswith(GYM):  # Whose tasks are looked up behind this.
                task_named(name)
        tasks = (*ticked, *others)
        if not tasks:
            raise LabError("No task is chosen. Choose one with the space bar.")
        parent = self.query_one("#parent", Select).value
        info = next((info for info in self.parents if info.name == parent), None)
        preset = info.preset if info else "nano"
        return StartChoice(
            stage="rl",
            preset=preset,
            steps=self._number("steps", least=1) or None,
            parent=info.name if info else None,
            rl=plan(
                self._chosen("algorithm"),
                tasks,
                size=preset,
                reward=self._chosen("reward"),
                cold_start=self._number("cold-start"),
            ),
        )

    def _chosen(self, name: str) -> str:
        return str(self.query_one(f"#{name}", Select).value)

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _number(self, name: str, *, least: int = 0) -> int:
        """A number of steps; 0 for nothing."""
        text = self._typed(name)
        found = whole_number(text) if text else 0
        if found is None or (text and not least <= found < 10**9):
            what = name.replace("-", " ")
            raise LabError(
                f"{what} is {quoted(text)}; type a whole number, at least {least}, or nothing."
            )
        return found


def _select(name: str, words: list[tuple[str, str]], value: str) -> Select[str]:
    options = [(Content(label), key) for label, key in words]
    return Select(options, value=value, allow_blank=False, id=name, compact=True)
