"""What a person does to an answer: approve, deny, edit, inject, write anew, ask without tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from textual.widget import Widget

from engine.errors import LabError
from engine.tool_protocol import ToolRequest
from tui.chat.parts import Call
from tui.chat.session import next_seed
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from tui.chat.reply import Reply
    from tui.chat.session import Session
    from tui.panes.talking import Talker
    from tui.widgets.chat_block import Place
    from tui.widgets.chat_blocks import Blocks

Action = Literal["approve", "deny", "edit", "inject", "rerun", "without"]


class Target(NamedTuple):
    """A call that can be decided about: at once if it waits, else by going back to it."""

    place: int
    part: int
    reply: Reply
    call: Call


class Decider:
    """Carries the decisions out.

    Args:
        host: the pane, for dialogs and sentences.
        session: what is talked about.
        blocks: where something is chosen.
        talker: who talks to the engine.
        redrawn: called after the conversation was cut or forked.
        go_on: lets the reply of an exchange go on.
    """

    def __init__(
        self,
        host: Widget,
        session: Session,
        blocks: Blocks,
        talker: Talker,
        redrawn: Callable[[int, bool], None],
        go_on: Callable[[int, Reply], None],
    ) -> None:
        self._host, self._session, self._blocks = host, session, blocks
        self._talker, self._redrawn, self._go_on = talker, redrawn, go_on

    def possible(self, action: Action) -> bool:
        """Whether an action would do something now."""
        if self._talker.running or self._session.model is None:
            return False
        if action in ("approve", "deny"):
            return self._session.waiting is not None
        if action in ("edit", "inject"):
            return self._target() is not None
        return self._blocks.place is not None

    def approve(self) -> None:
        """Run the call that waits, as it is."""
        self._decide_waiting(run=True)

    def deny(self) -> None:
        """Do not run it: the model reads that somebody said no."""
        self._decide_waiting(run=False)

    def edit(self) -> None:
        """Change a call, then run it."""
        from tui.screens.call_editor import CallEditor

        target = self._target()
        if target is None:
            return
        call = target.call

        def edited(text: str | None) -> None:
            if text is not None:
                self._decide(target, text, None)

        title = f"edit the call · {one_line(call.tool)}"
        words = "It runs as you leave it, and the model reads it as if it had written it."
        self._host.app.push_screen(CallEditor(title, words, call.text, "Run"), edited)

    def inject(self) -> None:
        """Write the output by hand in place of the tool's."""
        from tui.screens.call_editor import CallEditor

        target = self._target()
        if target is None:
            return
        call = target.call

        def written(text: str | None) -> None:
            if text is not None:
                self._decide(target, call.text, text)

        before = call.outcome.output if call.outcome else ""
        title = f"output by hand · {one_line(call.tool)}: {one_line(call.text)[:40]}"
        words = "The tool does not run; the model reads what you write here."
        self._host.app.push_screen(CallEditor(title, words, before, "Use"), written)

    def rerun(self) -> None:
        """Write the answer anew from the chosen block on, with another seed."""
        chosen = self._blocks.place
        if chosen is None:
            return
        exchange = self._session.conversation.exchanges[chosen.exchange]
        if chosen.kind == "without":
            self.without()
            return
        old = exchange.reply
        of_part = chosen.kind in ("text", "call")
        reply = old.cut(chosen.part) if of_part else self._session.fresh()
        reply.seed = next_seed(old.seed)
        self._rewind(chosen.exchange, reply)
        self._go_on(chosen.exchange, reply)

    def without(self) -> None:
        """Ask the question of the chosen block with tools off; another time with another seed."""
        chosen = self._blocks.place
        if chosen is None:
            return
        exchange = self._session.conversation.exchanges[chosen.exchange]
        before = exchange.without
        seed = exchange.reply.seed if before is None else next_seed(before.seed)
        exchange.without = self._session.fresh(tools=False, seed=seed)
        self._go_on(chosen.exchange, exchange.without)

    def _target(self) -> Target | None:
        """The chosen call; the one that waits where none was chosen."""
        place: Place | None = self._blocks.place
        if place is None:
            return None
        reply = self._session.conversation.exchanges[place.exchange].reply
        call = self._blocks.call
        if call is None or call.given is None:
            return None  # The model has not ended it.
        part = next(i for i, each in enumerate(reply.parts) if each is call)
        return Target(place.exchange, part, reply, call)

    def _decide_waiting(self, *, run: bool) -> None:
        waiting = self._session.waiting
        if waiting is None or not self.possible("approve"):
            return
        _, reply = waiting
        call = reply.waiting_call
        assert call is not None
        request = self._request(call, call.text, None, run=run)
        if request is not None:
            self._send(reply, call, request)

    def _decide(self, target: Target, text: str, output: str | None) -> None:
        request = self._request(target.call, text, output)
        if request is None:
            return  # Nothing was cut for it.
        reply, call = target.reply, target.call
        if call is not reply.waiting_call:
            reply = target.reply.cut_at_call(target.part)
            self._rewind(target.place, reply)
            last = reply.parts[-1]
            assert isinstance(last, Call)
            call = last
        self._send(reply, call, request)

    def _request(
        self, call: Call, text: str, output: str | None, *, run: bool = True
    ) -> ToolRequest | None:
        """What to ask the engine for; None, and a sentence on the screen, if it would refuse."""
        model = self._session.model
        assert model is not None
        try:
            return ToolRequest(
                model=model.asked_as, tool=call.tool, text=text, output=output, run=run
            )
        except LabError as error:
            self._host.notify(visible(str(error)), severity="error", timeout=10, markup=False)
            return None

    def _send(self, reply: Reply, call: Call, request: ToolRequest) -> None:
        # It stays edited if it does not come to run now: its tokens are then still the old ones.
        call.edited = call.edited or request.text != call.text
        call.given = request.text
        self._talker.decide(reply, call, request)

    def _rewind(self, place: int, reply: Reply) -> None:
        self._redrawn(place, self._session.rewind(place, reply))
