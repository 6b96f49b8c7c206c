"""What holds while a person talks: the conversation, whom it is with, how, and by which tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.errors import RequestError
from tui import settings
from tui.chat.conversation import Conversation, Exchange
from tui.chat.policy import Policies
from tui.chat.reply import Reply
from tui.lending import be_as_set
from tui.sampling import OF_CHAT, Sampling
from tui.settings import schema

if TYPE_CHECKING:
    from engine.protocol import GenerateRequest
    from engine.tool_protocol import ToolInfo
    from tui.models import Model


def chat_sampling() -> Sampling:
    """As the settings say: cooler than in the compare pane, where a digit that was drawn wrong
    spoils no call. And longer."""
    params = replace(Sampling().params, n_alternatives=5)
    return Sampling(params=params).as_set(OF_CHAT)


@dataclass(slots=True)
class Session:
    """The state of the pane, without its widgets."""

    model: Model | None = None
    sampling: Sampling = field(default_factory=chat_sampling)
    own_sampling: Sampling | None = None
    """See ``tui.lending``."""
    policies: Policies = field(default_factory=Policies)
    tools: Sequence[ToolInfo] = ()
    """What the engine has; empty until it has said so."""
    problems: Sequence[str] = ()
    """Why there are no tools, or fewer than there could be."""
    conversation: Conversation = field(default_factory=lambda: Conversation(""))

    @property
    def waiting(self) -> tuple[Exchange, Reply] | None:
        """The exchange whose reply waits for a decision."""
        last = self.conversation.last
        asked = last is not None and last.reply.waiting_call is not None
        return (last, last.reply) if asked and last is not None else None

    @property
    def problem(self) -> str:
        """Why the conversation cannot go on now, in a sentence; empty when it can."""
        if self.model is None:
            return "There is no assistant to ask yet. Train sft in 1 Pipeline."
        if self.conversation.model != self.model.name:
            return (
                f"This conversation was with {self.conversation.model}, and {self.model.name} has "
                "other tokens. Choose that model with c, or begin a new conversation with ctrl+n."
            )
        return ""

    def meet(self, model: Model) -> None:
        """Talk to ``model`` from here on; what was asked before there was one is for it."""
        self.model = model
        self.conversation.model = self.conversation.model or model.name

    def be_as_set(self) -> None:
        """Take over what the settings say now; what they do not name stays."""
        be_as_set(self, OF_CHAT)
        self.policies = Policies.of_remembered(settings.remembered_policies())

    def renew(self) -> None:
        """Begin a new conversation with the model there is."""
        self.conversation = Conversation(self.model.name if self.model else "")

    def fresh(self, *, tools: bool = True, seed: int | None = None) -> Reply:
        """A reply that has yet to come; with the tools that may be offered now, or without."""
        wanted = tools and settings.value(schema.TOOLS)
        learned = self.model.tools if self.model is not None and wanted else ()
        return Reply(
            seed=self.sampling.params.seed if seed is None else seed,
            tools=self.policies.offered(self.tools, learned),
        )

    def ask(self, question: str) -> int:
        """Add a question; in a new conversation if the old one was with another model.

        Returns:
            The exchange's place.
        """
        if self.model is not None and self.conversation.model != self.model.name:
            self.renew()
        self.conversation.exchanges.append(Exchange(question, self.fresh()))
        return len(self.conversation.exchanges) - 1

    def rewind(self, place: int, reply: Reply) -> bool:
        """Put ``reply`` in the place of an exchange's; nothing that was said later is lost.

        Returns:
            Whether something was said later: then the conversation is a new one, and the old one
            stays as it was.
        """
        forked = place < len(self.conversation.exchanges) - 1
        if forked:
            self.conversation = self.conversation.forked(place + 1)
        exchange = self.conversation.exchanges[place]
        exchange.reply, exchange.without = reply, None if forked else exchange.without
        return forked

    def request(self, place: int, reply: Reply) -> GenerateRequest:
        """What to ask the engine so that ``reply`` goes on.

        Raises:
            RequestError: there is no model, it is not the conversation's, or it would be refused.
        """
        if self.model is None or self.problem:
            raise RequestError(self.problem)
        # By what holds now: a policy may have been turned since the turn began.
        reply.approve = self.policies.asked(self.tools, reply.tools)
        return self.conversation.request(place, reply, self.model, self.sampling)


def next_seed(seed: int | None) -> int:
    """Another seed than that one."""
    return 0 if seed is None else seed + 1
