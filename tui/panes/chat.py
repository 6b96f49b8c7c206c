"""Pane 5: a conversation with an assistant that may call tools, each call in the open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList

from engine.errors import LabError
from tui.background import in_background
from tui.chat.policy import Policies
from tui.chat.reply import Reply
from tui.chat.session import Session
from tui.clipboard import Piece
from tui.panes.answer_keeping import HALF_EVERY_S
from tui.panes.answer_keeping import Lab as KeepingLab
from tui.panes.asking import Asker
from tui.panes.chat_keys import BINDINGS, HELP
from tui.panes.chat_memory import memory_of, restore
from tui.panes.deciding import Action, Decider
from tui.panes.pane import Contents, LabPane
from tui.panes.partner import Lab as PartnerLab
from tui.panes.partner import Partner
from tui.panes.shelf import Shelf
from tui.panes.talking import Lab as TalkingLab
from tui.panes.talking import Talker
from tui.safe_text import one_line, visible
from tui.settings import remember_policies, remembered_policies
from tui.widgets.chat_block import Body, Place
from tui.widgets.chat_blocks import Blocks
from tui.widgets.chat_empty import EmptyChat
from tui.widgets.chat_head import ChatHead
from tui.widgets.context_meter import ContextMeter
from tui.widgets.message_box import MessageBox
from tui.widgets.prompt_box import PromptBox

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from tui.chat.conversation import Conversation
    from tui.models import Model

UNARMED_S = 0.4
"""After the focus has come to a call that waits, keys that decide do nothing for so long: they may
have been meant for the prompt."""

_DECISIONS: tuple[Action, ...] = ("approve", "deny", "edit", "inject", "rerun", "without")


class Lab(PartnerLab, TalkingLab, KeepingLab, Protocol):
    """What the pane needs of the app."""


class ChatPane(LabPane):
    """Head, conversation, context meter and prompt."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("chat.tcss").read_text("utf-8")
    SCOPED_CSS = False
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab, checkpoints: Sequence[CheckpointInfo]) -> None:
        super().__init__(id="chat")
        self.lab = lab
        self.session = Session(policies=Policies.of_remembered(remembered_policies()))
        self.head, self.blocks, self.meter = ChatHead(), Blocks(), ContextMeter()
        self.prompt = MessageBox(compact=True, highlight_cursor_line=False)
        self.prompt.border_title = "message"
        self.shelf = Shelf(self)
        self.blocks.is_kept = self.shelf.has_kept
        self.talker = Talker(self, lab, self._drawn, self._milestone, self._decided)
        self.partner = Partner(self.app, lab, self.session, self.talk_to)
        self.asker = Asker(self, self.session, self.partner, self.talker, self._drawn, self._begun)
        self.decider = Decider(
            self, self.session, self.blocks, self.talker, self._rewound, self.asker.go_on
        )
        self.partner.take(checkpoints)
        self._armed_at = 0.0
        self._possible: tuple[Action, ...] = ()

    def compose(self) -> ComposeResult:
        """From the top down; the questions to begin with stand where there is no conversation."""
        yield self.head
        yield self.blocks
        yield EmptyChat()
        yield self.meter
        yield self.prompt

    def on_mount(self) -> None:
        """Ask what there is from before, and which tools there are."""
        self._show()
        in_background(self, self.shelf.restore, "restore")
        in_background(self, self._ask_tools, "tools")
        self.set_interval(HALF_EVERY_S, self._keep_half)
        self.prompt.focus()

    async def on_unmount(self) -> None:
        """What has been said last is kept as well."""
        await self.shelf.close(self.session.conversation)

    def memory(self) -> dict[str, Any]:
        """The conversation, and what is being typed."""
        return memory_of(self)

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Be as it was."""
        self.workers.cancel_group(self, "restore")
        await restore(self, memory)

    # Whom it is with

    def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are."""
        self.partner.take(checkpoints)
        self.show_head()

    def talk_to(self, model: Model) -> None:
        """Another model: a conversation is of one model's tokens, so a new one begins."""
        self.action_stop()
        self.session.meet(model)
        if self.session.conversation.model != model.name:
            self.session.renew()
        self._show()

    def resume(self, conversation: Conversation) -> None:
        """Go on with a conversation of before, with its model where that is still here."""
        self.action_stop()
        self.session.conversation = conversation
        model = self.partner.named(conversation.model) or self.session.model
        if model is not None:
            self.session.meet(model)
        self.blocks.learn(self.session.conversation, self.session.tools)
        self._show()

    async def _ask_tools(self) -> None:
        await self.partner.ask_tools()
        self.blocks.learn(self.session.conversation, self.session.tools)
        self.show_head()

    # Asking

    @on(PromptBox.Sent)
    def action_send(self) -> None:
        """Ask what stands in the prompt; nothing there asks a question again that broke off."""
        question = self.prompt.text
        if self._busy():
            return
        last = self.session.conversation.last
        if question.strip():
            self.prompt.text = ""
            self.ask(question.strip())
        elif last is not None and last.reply.state in ("failed", "stopped") and self._can_go_on():
            place = len(self.session.conversation.exchanges) - 1
            reply = self.session.fresh(seed=last.reply.seed)
            self._rewound(place, self.session.rewind(place, reply))
            self.asker.go_on(place, reply)

    def ask(self, question: str) -> None:
        """Put a question, in the conversation there is."""
        place = self.session.ask(question)
        self.shelf.keep(self.session.conversation)
        self.blocks.choose_none()
        self._show()
        self.asker.go_on(place, self.session.conversation.exchanges[place].reply)

    @property
    def _answering(self) -> bool:
        """Whether an answer is on its way, or about to be asked for."""
        last = self.session.conversation.last
        return self.talker.running or (last is not None and last.reply.live)

    def _can_go_on(self) -> bool:
        """Whether the conversation can, before anything of it is cut; else why not is said."""
        problem = self.session.problem
        if problem:
            self.notify(visible(problem), severity="warning", markup=False)
        return not problem

    def _busy(self) -> bool:
        if self._answering:
            self.notify("An answer is on its way: escape stops it.")
        elif self.session.waiting is not None:
            self.notify("A call waits for you: a approves it, d denies it.")
            self._go_to_waiting()
        else:
            return False
        return True

    # What comes back

    def _begun(self, reply: Reply) -> None:
        self.show_head()  # Which tools there are may be known only now.
        if self.talker.running:
            self.blocks.follow()
        self._milestone(reply)

    def _drawn(self) -> None:
        """A frame: the last exchange, or all where an older one is asked without tools."""
        exchanges = self.session.conversation.exchanges
        older = any(each.without and each.without.live for each in exchanges[:-1])
        self.blocks.draw(0 if older else max(0, len(exchanges) - 1))
        self._show_state()

    def _milestone(self, reply: Reply) -> None:
        exchanges = self.session.conversation.exchanges
        if not any(each is reply for exchange in exchanges for each in exchange.replies):
            return  # Its conversation was left.
        self.blocks.learn(self.session.conversation, self.session.tools)
        self.shelf.keep(self.session.conversation)
        self.blocks.draw()
        if reply.waiting_call is not None:
            self._drawn()
            if not self.prompt.text:
                self._armed_at = time.monotonic() + UNARMED_S
                self._go_to_waiting()

    def _keep_half(self) -> None:
        if self._answering:
            self.shelf.keep(self.session.conversation)

    def _decided(self, reply: Reply) -> None:
        self._milestone(reply)
        for place, exchange in enumerate(self.session.conversation.exchanges):
            if exchange.reply is reply:
                self.asker.go_on(place, reply)

    def _go_to_waiting(self) -> None:
        waiting = self.session.waiting
        if waiting is not None:
            place = len(self.session.conversation.exchanges) - 1
            self.blocks.go_to(Place(place, "call", len(waiting[1].parts) - 1))
            self.blocks.focus()

    def _rewound(self, place: int, forked: bool) -> None:
        if forked:
            self.notify("A new conversation: the old one stays as it was (ctrl+l).")
            self.blocks.show(self.session.conversation)
        else:
            self.blocks.forget(place)
        self._show_state()

    def engine_words(self, words: str) -> None:
        """Say what replies wait for."""
        self.talker.say_waiting(words)

    # What is shown

    def _show(self) -> None:
        conversation = self.session.conversation
        self.set_class(not conversation.exchanges, "-empty")
        if self.blocks.conversation is not conversation:
            self.blocks.show(conversation)
        self.blocks.draw()
        self.show_head()
        self._show_state()

    def show_head(self) -> None:
        """Say whom one talks to, how, and with which tools."""
        session = self.session
        problem = session.problems[0] if session.problems and not session.tools else ""
        self.head.show(session.model, session.sampling, session.tools, session.policies, problem)

    def _show_state(self) -> None:
        last = self.session.conversation.last
        replies = [each.reply for each in self.session.conversation.exchanges]
        self.meter.room = max((reply.max_seq_len for reply in replies), default=0)
        # Of the last alone: each counts all of its tokens, and this is asked with every frame.
        used = (reply.n_context for reply in reversed(replies) if reply.n_prompt)
        self.meter.used = next(used, 0)
        hint = "esc, then ↑ ↓ choose a block" if last else ""
        if self.talker.running:
            hint = "esc stops"
        elif last is not None and self.session.model is not None and self.session.problem:
            hint = f"only to read: it was with {one_line(self.session.conversation.model)}"
        elif self.session.waiting is not None:
            hint = "a approve · d deny · e edit · i write the output"
        self.meter.hint = hint
        possible = tuple(action for action in _DECISIONS if self.decider.possible(action))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    @on(Blocks.Chosen)
    def chosen(self) -> None:
        """Other keys may do something now."""
        self._show_state()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Decisions that nobody can make now are not in the footer."""
        return action != "decide" or bool(parameters and parameters[0] in self._possible)

    def action_decide(self, what: str) -> None:
        """Approve, deny, edit, inject, rerun, without."""
        armed = time.monotonic() >= self._armed_at
        if what in self._possible and armed and self._can_go_on():
            run: Callable[[], None] = getattr(self.decider, what)
            run()
            self._drawn()

    @on(Body.Decided)
    def clicked(self, event: Body.Decided) -> None:
        """By mouse, on the call itself."""
        self.action_decide(event.what)

    @on(OptionList.OptionSelected)
    def example_chosen(self, event: OptionList.OptionSelected) -> None:
        """One of the questions to begin with."""
        if isinstance(event.option_list.parent, EmptyChat) and not self._busy():
            self.ask(event.option_list.parent.question(event.option_index))

    @on(ChatHead.Clicked)
    def head_clicked(self, event: ChatHead.Clicked) -> None:
        """A word of the head."""
        if event.what == "tool" and event.number < len(self.session.tools):
            self.session.policies.turn(self.session.tools[event.number])
            self._policies_turned()
        elif event.what == "model":
            self.action_choose()
        elif event.what == "sampling":
            self.action_sampling()

    def action_choose(self) -> None:
        """Choose whom to talk to."""
        self.partner.choose()

    def action_sampling(self) -> None:
        """Change how answers are drawn."""
        from tui.panes.chat_dialogs import open_sampling

        open_sampling(self.app, self.session, self.show_head)

    def action_policies(self) -> None:
        """Say who decides about which tool's calls."""
        from tui.panes.chat_dialogs import open_policies

        open_policies(self.app, self.session, self._policies_turned)

    def _policies_turned(self) -> None:
        async def keep() -> None:
            chosen = dict(self.session.policies.chosen)
            try:
                await asyncio.to_thread(remember_policies, chosen)
            except LabError as error:
                self.notify(visible(str(error)), severity="warning", markup=False)

        self.show_head()
        in_background(self, keep, "settings")

    def action_bench(self) -> None:
        """Try the tools by hand."""
        from tui.panes.chat_dialogs import open_bench

        open_bench(self.app, self.session, self.lab)

    def action_new(self) -> None:
        """Begin a new conversation; the old one is kept."""
        self.action_stop()
        self.session.renew()
        self._show()
        self.prompt.focus()

    def action_past(self) -> None:
        """List the conversations that were kept."""
        in_background(self, self.shelf.choose, "past", only=True)

    def contents(self) -> Contents | None:
        """The conversation."""
        from tui.export.chat import contents_of

        return contents_of(self.session.conversation)

    def under_cursor(self) -> Piece | None:
        """The answer of the chosen exchange, else of the last."""
        place, exchanges = self.blocks.place, self.session.conversation.exchanges
        chosen = exchanges[place.exchange :] if place is not None else exchanges[-1:]
        return Piece("the answer", chosen[0].reply.text) if chosen else None

    def action_stop(self) -> None:
        """Stop what is on its way."""
        last = self.session.conversation.last
        if last is not None and last.reply.live:
            last.reply.stop()
        self.talker.stop()

    def action_write(self) -> None:
        """Go to the prompt."""
        self.prompt.focus()

    @on(PromptBox.Left)
    def leave_prompt(self) -> None:
        """Escape in the prompt: stop what runs, and go to the conversation."""
        if self._answering:
            self.action_stop()
        if self.session.conversation.exchanges:
            self.blocks.focus()
        else:
            self.query_one(EmptyChat).query_one(OptionList).focus()
