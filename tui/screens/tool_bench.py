"""The tool bench: call a tool as a model would, and see what it would read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.errors import LabError
from engine.tool_protocol import ToolRequest
from tui.background import in_background
from tui.chat.bench_words import result_words, tokens_words, tool_words
from tui.notes import NOT_KEPT
from tui.panes.answer_keeping import Lab as KeepingLab
from tui.safe_text import visible
from tui.screens.dialog import Dialog
from tui.widgets.prompt_box import PromptBox
from tui.widgets.tool_tabs import ToolTabs

if TYPE_CHECKING:
    from engine.tool_protocol import ToolAnswer, ToolInfo
    from tui.services import Engine


class Lab(KeepingLab, Protocol):
    """What the bench needs of the app."""

    async def connected(self) -> Engine:
        """The client of the lab's own engine."""
        ...


class CallBox(PromptBox):
    """Where the call is typed."""

    HELP = """
## The tool bench

Type what a model would write between the call's two tokens: an expression, a program, a query.
**enter** runs it (**alt+enter** starts a new line), **ctrl+t** takes the next tool, **escape**
stops a call that runs, then closes. Below stands the result, and the exact tokens of call and
output: those of the *structure* cannot be written by any text.
"""


class ToolBench(Dialog[None]):
    """Tools, a call, its result, its tokens.

    Args:
        lab: who has the engine.
        tools: what there is.
        model: whose tokens are shown.
        tool: the tool to begin with.
        call: what stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "next_tool", "next tool", key_display="^t", id="bench.tool"),
    ]

    def __init__(
        self, lab: Lab, tools: Sequence[ToolInfo], model: str, tool: str = "", call: str = ""
    ) -> None:
        super().__init__()
        self.lab, self.tools, self.model = lab, tools, model
        self._begin = tool, call
        self.running = False

    def compose(self) -> ComposeResult:
        """From the top down."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"tool bench · tokens of {self.model or 'no model'}")
            yield ToolTabs(self.tools)
            yield Static("", id="about")
            yield CallBox(id="call", compact=True, highlight_cursor_line=False)
            yield Static("", id="bench-state")
            with VerticalScroll():
                yield Static("", id="result")
                yield Static("", id="tokens")

    def on_mount(self) -> None:
        """Ready to type."""
        tool, call = self._begin
        box = self.query_one(CallBox)
        box.text = call
        box.move_cursor(box.document.end)
        box.focus()
        names = [each.name for each in self.tools]
        if tool in names:
            self.query_one(ToolTabs).number = names.index(tool)
        self._show_tool()
        if not self.tools or not self.model:
            self._say(
                "There is no tool to call, or no model whose tokens could be shown. Choose a "
                "checkpoint of the lab with c in the conversation."
            )

    @property
    def tool(self) -> ToolInfo:
        """The one that is called."""
        return self.tools[self.query_one(ToolTabs).number]

    def action_next_tool(self) -> None:
        """Around the end."""
        if self.tools:
            tabs = self.query_one(ToolTabs)
            tabs.number = (tabs.number + 1) % len(self.tools)

    @on(ToolTabs.Changed)
    def changed(self) -> None:
        """Another tool."""
        self._show_tool()
        self.query_one(CallBox).focus()

    @on(PromptBox.Sent)
    def send(self) -> None:
        """Run the call."""
        text = self.query_one(CallBox).text
        if not (self.tools and self.model and text.strip()):
            return
        self.running = True
        self._say(f"{self.tool.name} runs; escape stops it")
        in_background(self, partial(self._run, self.tool.name, text), "bench", only=True)

    @on(PromptBox.Left)
    def left(self) -> None:
        """Escape: stop what runs, else close."""
        self.action_cancel()

    def action_cancel(self) -> None:
        """Stop what runs, else close."""
        if self.running:
            self.workers.cancel_group(self, "bench")
            self.running = False
            self._say("stopped")
        else:
            self.dismiss(None)

    async def _run(self, tool: str, text: str) -> None:
        try:
            engine = await self.lab.connected()
            request = ToolRequest(model=self.model, tool=tool, text=text)
            answer = await engine.call_tool(request)
        except LabError as error:
            self.running = False
            self._say(f"✗ {visible(str(error))}")
            return
        self.running = False
        self._show(answer, kept=await self._keep(tool, text, answer))

    async def _keep(self, tool: str, text: str, answer: ToolAnswer) -> bool:
        remembering = self.lab.remembering
        state, result = remembering.state, answer.result
        try:
            await state.do(state.decisions.bench, tool, text, result.output)
        except LabError as error:
            remembering.say(error)
            return False
        return state.on_disk

    def _show_tool(self) -> None:
        if self.tools:
            self.query_one("#about", Static).update(tool_words(self.tool))

    def _show(self, answer: ToolAnswer, *, kept: bool) -> None:
        state, result = result_words(answer.result)
        state += Content.styled("" if kept else NOT_KEPT, "$quiet")
        self.query_one("#bench-state", Static).update(state)
        self.query_one("#result", Static).update(result)
        self.query_one("#tokens", Static).update(tokens_words(answer))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _say(self, words: str) -> None:
        self.query_one("#bench-state", Static).update(Content.styled(words, "$quiet"))
