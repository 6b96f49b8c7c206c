"""The journal: panes tell what came true in them, and whoever listens makes something of it.

A fact goes up from the widget that knows it to the app, as all messages do, so that no pane has to
know who listens. The guided course does (``tui.course``); nothing else hangs on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from tui.course.facts import Fact, Value


class Told(Message):
    """A fact, on its way to the app."""

    def __init__(self, fact: Fact) -> None:
        super().__init__()
        self.fact = fact


def tell(teller: MessagePump, kind: str, **values: Value | None) -> None:
    """Tell something that came true.

    Args:
        teller: the widget that knows.
        kind: one of ``tui.course.facts.KINDS``.
        values: as that kind has them; what is None means nothing here and is left out.
    """
    from tui.course.facts import Fact  # Not before the first paint.

    told = {name: value for name, value in values.items() if value is not None}
    teller.post_message(Told(Fact(kind, told)))
