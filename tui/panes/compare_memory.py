"""Compare as it was left: its prompt, its settings, its columns and what they said last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine import wire
from engine.errors import LabError
from tui import settings
from tui.answers import CUT_SHORT
from tui.lane import Lane
from tui.lending import give_back, own_sampling
from tui.models import Model
from tui.notes import Note
from tui.sampling import OF_COMPARE, Sampling
from tui.settings import schema
from tui.stream import Stream
from tui.widgets.columns import LEAST_COLUMNS, MOST_COLUMNS
from tui.widgets.prompt_box import PromptBox

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from tui.answers import Answer
    from tui.panes.compare import ComparePane
    from tui.state.prompts import Answered, Prompt


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
        sampling=own_sampling(pane),
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
    there = [(_found(each.model, checkpoints), each) for each in memory.columns]
    lanes = [
        (Lane.of(model, own=each.own), each.answer) for model, each in there if model is not None
    ]
    answers = await _answers(pane, [each.answer for each in memory.columns])
    if pane.query_one(PromptBox).text == pane.prompt_at_start:  # Else somebody types already.
        _write_prompt(pane, memory.prompt)
    # What somebody has chosen in the settings holds over what was left.
    give_back(pane, memory.sampling.as_chosen(OF_COMPARE))
    pane.use(pane.sampling)
    if not settings.chosen(schema.CHAT_MODE):
        pane.columns.chat = pane.strip.chat = memory.chat
    if settings.chosen(schema.COLUMNS):
        return
    await _fill(pane, lanes, answers)
    pane.columns.active = min(max(0, memory.active), len(pane.columns.all) - 1)
    pane.columns.rearrange()


async def show_again(pane: ComparePane, prompt: Prompt, answered: Sequence[Answered]) -> list[str]:
    """Show a prompt of before, with what was said to it by the models that are still here.

    Returns:
        The names of those that are not.
    """
    pane.action_stop()
    _write_prompt(pane, prompt.text)
    pane.use(prompt.sampling)
    pane.columns.chat = pane.strip.chat = prompt.chat
    said = {each.model: each for each in answered}
    lanes, gone = [], []
    for name in prompt.models[:MOST_COLUMNS]:
        model = pane.chooser.named(name)
        if model is None:
            gone.append(name)
        else:
            lanes.append((Lane.of(model), said[name].key if name in said else ""))
    await _fill(pane, lanes, {each.key: each.answer for each in answered})
    return gone


def _write_prompt(pane: ComparePane, text: str) -> None:
    prompt = pane.query_one(PromptBox)
    prompt.text = text
    prompt.move_cursor(prompt.document.end)


async def _fill(
    pane: ComparePane, lanes: Sequence[tuple[Lane, str]], answers: Mapping[str, Answer]
) -> None:
    """Columns of these lanes, with their answers by key; the others stay as they are."""
    await pane.columns.set_number(min(MOST_COLUMNS, max(LEAST_COLUMNS, len(lanes))))
    for column, (lane, key) in zip(pane.columns.all, lanes, strict=False):
        column.lane = lane
        answer = answers.get(key)
        if answer is None:
            cut = f"{CUT_SHORT} " if key else ""
            column.show(None, show_prompt=True)
            column.say(Note("dim", f"{cut}Press enter in the prompt to ask."))
        else:
            stream = Stream(answer)
            stream.key, stream.kept = key, stream.mark
            pane.streamer.put_back(column, stream, show_prompt=not answer.chat)
    pane.columns.relabel()


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
