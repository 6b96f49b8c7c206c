"""The columns of the compare pane: side by side where there is room, else one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from tui import settings
from tui.lane import Lane
from tui.notes import Note
from tui.settings import schema
from tui.widgets.column import Column

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo

LEAST_COLUMNS, MOST_COLUMNS = 2, 4
LEAST_CELLS = 36
"""A column narrower than this reads badly: then one column is shown at a time."""

_PRESET = "nano"
_OPENS = ("base", "sft")
_THIRD = "idk"


class Columns(Horizontal):
    """Two to four columns, one of them current."""

    def __init__(self) -> None:
        super().__init__(id="columns")
        self.active = 0
        self.chat = settings.value(schema.CHAT_MODE)
        self.device = ""
        """What the engine computes on, once it has said so."""
        self._opens = settings.value(schema.COLUMNS) or _OPENS
        self._offered = self._opens is not _OPENS

    def compose(self) -> ComposeResult:
        """A column for each of the first stages; ``fill`` gives them their checkpoints."""
        for stage in self._opens:
            column = Column(Lane(stage))
            column.say(Note("dim", "Looking for checkpoints."))
            yield column

    @property
    def all(self) -> list[Column]:
        """From left to right."""
        return list(self.query(Column))

    @property
    def current(self) -> Column:
        """The column that had the focus last."""
        return self.all[min(self.active, len(self.all) - 1)]

    def fill(self, checkpoints: Sequence[CheckpointInfo]) -> list[Column]:
        """Give each empty column the newest checkpoint of its stage, the shipped size first.

        Returns:
            The columns that have a checkpoint only now.
        """
        from tui.models import Model  # Not before the first paint.

        filled = []
        for column in self.all:
            if column.lane.model is not None:
                continue
            stage = column.lane.stage
            of_stage = [info for info in checkpoints if info.stage == stage]
            named = [info for info in checkpoints if info.name == stage]
            found = named or [info for info in of_stage if info.preset == _PRESET] or of_stage
            if found:
                column.lane = Lane.of(Model.of_checkpoint(found[0]), own=column.lane.own)
                filled.append(column)
            else:
                column.say(
                    Note("dim", f"There is no {stage} checkpoint yet."),
                    Note("dim", "Train one in 1 Pipeline: press 1, choose the stage, press t."),
                )
        self.relabel()
        return filled

    async def offer(self, checkpoints: Sequence[CheckpointInfo]) -> Column | None:
        """A third column for the shipped model that refuses, where all three have room.

        Only once: who takes it away does not get it back.
        """
        from tui.models import Model  # Not before the first paint.

        shipped = [
            info for info in checkpoints
            if info.shipped and (info.stage, info.preset) == (_THIRD, _PRESET)
        ]  # fmt: skip
        if self._offered or not shipped:
            return None
        self._offered = True
        if len(self.all) != LEAST_COLUMNS or self.app.size.width // LEAST_CELLS <= LEAST_COLUMNS:
            return None
        column = await self._mounted(Lane.of(Model.of_checkpoint(shipped[0])))
        self.rearrange()
        return column

    async def add(self, lane: Lane) -> None:
        """One more column to the right, current from now on."""
        self.go_to(await self._mounted(lane))

    async def _mounted(self, lane: Lane) -> Column:
        column = Column(lane)
        column.say(Note("dim", "Press enter in the prompt to ask this one too."))
        await self.mount(column)
        return column

    async def set_number(self, number: int) -> None:
        """As many columns as there were; who comes back is not offered a third one."""
        self._offered = True
        for column in self.all[number:]:
            await column.remove()
        while len(self.all) < number:
            await self._mounted(Lane(""))

    async def take_away(self, column: Column) -> None:
        """One column less."""
        await column.remove()
        self.go_to(self.all[min(self.active, len(self.all) - 1)])

    def go_to(self, column: Column) -> None:
        """Make a column the current one and give it the focus."""
        self._set_active(column)
        column.focus()

    def step(self, by: int) -> None:
        """Go to the next or previous column, around the end."""
        columns = self.all
        self.go_to(columns[(self.active + by) % len(columns)])

    def relabel(self) -> None:
        """Write the words on all borders."""
        for column in self.all:
            self.label(column)

    def label(self, column: Column) -> None:
        """Write the words on a column's border, its number where the others are hidden."""
        columns = self.all
        if column in columns:
            tabbed = self.has_class("-tabs")
            number = f"{columns.index(column) + 1}/{len(columns)} " if tabbed else ""
            column.label(chat=self.chat, number=number, device=self.device)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The column that has the focus is the current one."""
        if isinstance(event.widget, Column):
            self._set_active(event.widget)

    def on_resize(self) -> None:
        """There may be room for all now, or no longer."""
        self.rearrange()

    def on_mount(self) -> None:
        """Mark the first one."""
        self.rearrange()

    def _set_active(self, column: Column) -> None:
        self.active = self.all.index(column)
        self.rearrange()

    def rearrange(self) -> None:
        """Side by side, or one at a time; the current one is marked."""
        columns = self.all
        room = self.size.width // len(columns)
        self.set_class(0 < room < LEAST_CELLS, "-tabs")
        for column in columns:
            column.set_class(column is self.current, "-current")
        self.relabel()
