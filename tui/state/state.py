"""All that is kept, by subject, and the thread in which it is read and written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from tui.chat.store import ChatStore
from tui.state.course import CourseState
from tui.state.database import Database
from tui.state.decisions import DecisionStore
from tui.state.history import History
from tui.state.kept import Kept
from tui.state.probes import ProbeResults
from tui.state.prompts import PromptStore
from tui.state.session import SessionState

P = ParamSpec("P")
T = TypeVar("T")


class State:
    """What the lab keeps; nothing is opened before the first call.

    Args:
        path: the file; that of the lab's folder unless another is given.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.database = Database(path)
        self.conversations = ChatStore(self.database)
        self.prompts = PromptStore(self.database)
        self.decisions = DecisionStore(self.database)
        self.probes = ProbeResults(self.database)
        self.history = History(self.database)
        self.session = SessionState(self.database)
        self.course = CourseState(self.database)
        self.kept = Kept(self.database)
        self._thread: ThreadPoolExecutor | None = None

    @property
    def on_disk(self) -> bool:
        """Whether what is kept is on the disk, and not only in memory."""
        return self.database.on_disk

    async def do(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one call of a subject's, after all that were asked for before it.

        Raises:
            StateError: the call did, or what it kept could not be written.
        """
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "state")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))

    async def close(self) -> None:
        """Do what is still waiting, then let go of the file."""
        await self.do(self.database.close)
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None
