"""Whom a conversation is with, and which tools the engine has for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.app import App

from engine.errors import LabError
from tui.models import Model
from tui.panes.choosing import Chooser
from tui.panes.choosing import Lab as ChoosingLab

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from tui.chat.session import Session
    from tui.services import Engine

_DEFAULT = "nano/sft"


class Lab(ChoosingLab, Protocol):
    """What this needs of the app."""

    async def connected(self) -> Engine:
        """The client of the lab's own engine."""
        ...


class Partner:
    """Chooses the session's model, and asks the engine for its tools.

    Args:
        app: who shows the list of models.
        lab: who knows servers, imports and the engine.
        session: what is talked about.
        chosen: called with a model that the person has chosen.
    """

    def __init__(
        self, app: App[None], lab: Lab, session: Session, chosen: Callable[[Model], None]
    ) -> None:
        self._lab, self._session = lab, session
        self._checkpoints: Sequence[CheckpointInfo] = ()
        self._known = asyncio.Event()
        self._chooser = Chooser(app, lab, self._here, self._current, chosen)

    def take(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are; the shipped assistant unless another was chosen."""
        self._checkpoints = checkpoints
        session = self._session
        if session.model is not None:
            # Trained anew, it may have learned other tools.
            session.model = self.named(session.model.name) or session.model
            return
        assistants = [model for model in self._here() if model.chats]
        if assistants:
            default = (model for model in assistants if model.base == _DEFAULT)
            before = self.named(session.conversation.model)
            session.meet(before or next(default, assistants[0]))

    def choose(self) -> None:
        """Show the list of models."""
        self._chooser.open()

    def named(self, name: str) -> Model | None:
        """A model that could be asked now, by the name that a conversation keeps."""
        return self._chooser.named(name)

    async def ask_tools(self) -> None:
        """Ask the engine which tools it has; why it cannot say is kept as a problem."""
        session = self._session
        try:
            engine = await self._lab.connected()
            found = await engine.tools()
        except LabError as error:
            session.problems = (str(error),)
        else:
            session.tools, session.problems = found.tools, found.problems
        self._known.set()

    @property
    def tools_awaited(self) -> bool:
        """Whether a question should wait for the engine to say which tools there are."""
        model = self._session.model
        return model is not None and bool(model.tools) and not self._session.tools

    async def tools_known(self) -> None:
        """Wait for that; where it could not say at first, it is asked again."""
        if self._known.is_set():
            await self.ask_tools()
        else:
            await self._known.wait()

    def _here(self) -> list[Model]:
        return [Model.of_checkpoint(info) for info in self._checkpoints]

    def _current(self) -> tuple[Model | None, str]:
        return self._session.model, "whom to talk to"
