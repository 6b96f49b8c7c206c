"""Compare as it was left: its prompt, its settings, its columns and what they said last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine import wire
from engine.errors import LabError
from tui.lane import Lane
from tui.models import Model
from tui.notes import Note
from tui.sampling import Sampling
from tui.stream import Stream
from tui.widgets.columns import LEAST_COLUMNS, MOST_COLUMNS
from tui.widgets.prompt_box import PromptBox

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from tui.answers import Answer
    from tui.panes.compare import ComparePane
    from tui.widgets.column import Column


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnMemory:
    """A column."""

    model: Model
    own: Sampling | None
    answer: str
    """By which it is kept; empty when nothing was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompareMemory:
    """The pane."""

    prompt: str
    chat: bool
    sampling: Sampling
    active: int
    columns: tuple[ColumnMemory, ...]


def memory_of(pane: ComparePane) -> dict[str, Any]:
    """What to come back to, as JSON values; nothing while the columns have no models."""
    columns = tuple(
        ColumnMemory(
            model=column.lane.model,
            own=column.lane.own,
            answer=column.lane.stream.key if column.lane.stream else "",
        )
        for column in pane.columns.all
        if column.lane.model is not None
    )
    if not columns:
        return {}
    memory = CompareMemory(
        prompt=pane.query_one(PromptBox).text,
        chat=pane.columns.chat,
        sampling=pane.sampling,
        active=pane.columns.active,
        columns=columns,
    )
    found: dict[str, Any] = wire.loads(wire.dumps(memory))
    return found


def read(memory: Mapping[str, Any]) -> CompareMemory | None:
    """The memory, None when it is of another version or damaged."""
    try:
        return wire.decode(CompareMemory, dict(memory)) if memory else None
    except LabError:
        return None


async def restore(
    pane: ComparePane, memory: CompareMemory, checkpoints: Sequence[CheckpointInfo]
) -> None:
    """Bring the pane to where it was; a column whose model is gone is left out."""
    there = [(_found(each.model, checkpoints), each) for each in memory.columns[:MOST_COLUMNS]]
    lanes = [(model, each) for model, each in there if model is not None]
    answers = await _answers(pane, [each.answer for _, each in lanes])
    prompt = pane.query_one(PromptBox)
    if prompt.text == pane.prompt_at_start:  # Else somebody is typing already.
        prompt.text = memory.prompt
        prompt.move_cursor(prompt.document.end)
    pane.use(memory.sampling)
    pane.columns.chat = pane.strip.chat = memory.chat
    await pane.columns.set_number(max(LEAST_COLUMNS, len(lanes)))
    for column, (model, each) in zip(pane.columns.all, lanes, strict=False):
        column.lane = Lane.of(model, own=each.own)
        _put_back(pane, column, each, answers.get(each.answer))
    pane.columns.active = min(max(0, memory.active), len(pane.columns.all) - 1)
    pane.columns.rearrange()


def _put_back(
    pane: ComparePane, column: Column, memory: ColumnMemory, answer: Answer | None
) -> None:
    if answer is None:
        cut = "llmlab was closed in the middle of this answer. " if memory.answer else ""
        column.say(Note("dim", f"{cut}Press enter in the prompt to ask."))
        return
    stream = Stream(answer)
    stream.key, stream.kept = memory.answer, stream.mark
    pane.streamer.put_back(column, stream, show_prompt=not answer.chat)


async def _answers(pane: ComparePane, keys: Sequence[str]) -> dict[str, Answer]:
    remembering = pane.lab.remembering
    state = remembering.state
    try:
        return await state.do(state.prompts.answers, keys)
    except LabError as error:
        remembering.say(error)
        return {}


def _found(model: Model, checkpoints: Sequence[CheckpointInfo]) -> Model | None:
    if model.server is not None:
        return model  # It may be connected a little later; asking says if it is not.
    for info in checkpoints:
        if info.name == model.base:
            return replace(Model.of_checkpoint(info), precision=model.precision)
    return None
