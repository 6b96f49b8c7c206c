"""Chat as it was left: the conversation, what was being typed, whom it is with and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import wire
from engine.errors import LabError
from tui.lending import give_back, own_sampling
from tui.sampling import OF_CHAT, Sampling

if TYPE_CHECKING:
    from tui.panes.chat import ChatPane


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatMemory:
    """The pane."""

    prompt: str
    conversation: str
    """Its key; empty when a new one was begun and nothing said in it."""
    model: str
    sampling: Sampling


def memory_of(pane: ChatPane) -> dict[str, Any]:
    """What to come back to, as JSON values."""
    session = pane.session
    memory = ChatMemory(
        prompt=pane.prompt.text,
        conversation=session.conversation.key if session.conversation.exchanges else "",
        model=session.model.name if session.model is not None else "",
        sampling=own_sampling(session),
    )
    found: dict[str, Any] = wire.loads(wire.dumps(memory))
    return found


async def restore(pane: ChatPane, memory: Mapping[str, Any]) -> None:
    """Bring the pane to where it was; where its conversation is gone, the newest is opened."""
    try:
        found = wire.decode(ChatMemory, dict(memory))
    except LabError:
        await pane.shelf.restore()  # It is of another version, or damaged.
        return
    give_back(pane.session, found.sampling.as_chosen(OF_CHAT))
    if found.conversation:
        await pane.shelf.restore(found.conversation)
    model = pane.partner.named(found.model)
    if model is not None and not pane.session.conversation.exchanges:
        pane.talk_to(model)
    if not pane.prompt.text:  # Else somebody is typing already.
        pane.prompt.text = found.prompt
        pane.prompt.move_cursor(pane.prompt.document.end)
    pane.show_head()
