"""Each tool with what it is, how it is contained, and who decides about its calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.chat.policy import MEANINGS, Policies
from tui.safe_text import one_line
from tui.screens.dialog import Dialog, key_words

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo

_TRUSTS = {
    "pure": "computes here",
    "jailed": "runs code in a jail",
    "network": "asks other machines",
}


class ToolPolicies(Dialog[None]):
    """Enter, or ← and →, turn the policy of the tool under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,right,space", "turn", "another policy", id="policies.turn"),
    ]

    def __init__(self, tools: Sequence[ToolInfo], problems: Sequence[str], held: Policies) -> None:
        super().__init__()
        self.tools, self.problems, self.policies = tools, problems, held

    def compose(self) -> ComposeResult:
        """A few lines each."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("tools · who decides about their calls")
            if self.tools:
                yield OptionList(*(Option(self._line(tool)) for tool in self.tools))
            else:
                yield Static(Content("The engine has not said yet which tools there are."))
            for problem in self.problems:
                yield Static(Content.styled(f"✗ {one_line(problem)}", "$text-error"))
            yield Static(
                key_words(("⏎ another policy", "turn"), ("esc close", "cancel")), id="keys"
            )

    @on(OptionList.OptionSelected)
    def selected(self) -> None:
        """Enter or a click."""
        self.action_turn()

    def action_turn(self) -> None:
        """The next policy."""
        options = self.query_one(OptionList) if self.tools else None
        if options is not None and options.highlighted is not None:
            tool = self.tools[options.highlighted]
            if tool.available:
                self.policies.turn(tool)
                prompt = self._line(tool)
                options.replace_option_prompt_at_index(options.highlighted, prompt)

    def _line(self, tool: ToolInfo) -> Content:
        policy = self.policies.of(tool)
        how = f"{policy}: {MEANINGS[policy]}" if tool.available else "not available"
        about = [_TRUSTS.get(tool.trust, tool.trust), one_line(tool.tier), one_line(tool.detail)]
        doc = one_line(tool.doc.strip().partition("\n")[0])
        return Content.assemble(
            (f"{one_line(tool.name):<10} ", "bold"),
            (how, "$primary"),
            "\n",
            (f"{'':<10} {doc}", "$foreground"),
            "\n",
            (f"{'':<10} {' · '.join(filter(None, about))}", "$quiet"),
        )
