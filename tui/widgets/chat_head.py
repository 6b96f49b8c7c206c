"""The two lines above a conversation: whom it is with, and which tools they may call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.chat.policy import Policies
from tui.safe_text import one_line
from tui.stages import hue

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo
    from tui.models import Model
    from tui.sampling import Sampling

_POLICY_STYLES = {"ask": "$text-warning", "always": "$text-success", "never": "$quiet"}


class ChatHead(Widget):
    """Every word of it can be clicked: the model, the sampling, each tool."""

    class Clicked(Message):
        """Something is to be changed: ``model``, ``sampling``, or the tool of a number."""

        def __init__(self, what: str, number: int = 0) -> None:
            super().__init__()
            self.what, self.number = what, number

    def __init__(self) -> None:
        super().__init__(id="chat-head")
        self._lines: tuple[Content, Content] = (Content(""), Content(""))

    def show(
        self,
        model: Model | None,
        sampling: Sampling,
        tools: Sequence[ToolInfo],
        policies: Policies,
        problem: str,
    ) -> None:
        """Show what holds now; ``problem`` says why the tools are not known."""
        lines = (_model_line(model, sampling), _tools_line(model, tools, policies, problem))
        if not all(map(Content.is_same, lines, self._lines)):
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        """Both lines."""
        return Content("\n").join(self._lines)

    def action_change(self, what: str, number: int = 0) -> None:
        """A word was clicked."""
        self.post_message(self.Clicked(what, number))


def _model_line(model: Model | None, sampling: Sampling) -> Content:
    if model is None:
        return Content.styled("no assistant yet: train sft in 1 Pipeline", "$quiet")
    # The actions are ours; names and numbers are only ever text.
    name = Content.from_markup("[@click=change('model')]$name ▾[/]", name=one_line(model.name))
    parts = [name.stylize(f"bold {hue(model.stage)}"), Content("   ")]
    words = "  ".join(f"{label} {value}" for label, value in sampling.words())
    setting = Content.from_markup("[@click=change('sampling')]$words[/]", words=words)
    return Content("").join([*parts, setting.stylize("$quiet")])


def _tools_line(
    model: Model | None, tools: Sequence[ToolInfo], policies: Policies, problem: str
) -> Content:
    if model is not None and not model.tools:
        return Content.styled("it has learned no tools: it answers from memory alone", "$quiet")
    if problem:
        return Content.styled(f"✗ {one_line(problem)}", "$text-error")
    learned = model.tools if model else ()
    parts: list[Content] = [Content.styled("tools  ", "$quiet")]
    for number, tool in enumerate(tools):
        if tool.name not in learned:
            continue
        sign = ("✓", "$text-success") if tool.available else ("✗", "$text-error")
        policy = policies.of(tool)
        # The strongest layer tells the tiers apart; all of them stand in the dialog of the tools.
        tier = f" {one_line(tool.tier.partition(' + ')[0])}" if tool.tier else ""
        link = Content.from_markup(
            f"[@click=change('tool', {number})]$name[/]", name=one_line(tool.name)
        )
        how = policy if tool.available else "not available"
        parts += [
            link.stylize("bold"),
            Content.styled(f" {sign[0]}", sign[1]),
            Content.styled(tier, "$quiet"),
            Content.styled(f" {how}    ", _POLICY_STYLES[policy]),
        ]
    if len(parts) == 1:
        return Content.styled("tools  asking the engine which there are", "$quiet")
    return Content("").join(parts)
