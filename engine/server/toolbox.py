"""The engine's tools: opened when first asked for, and run beside the worker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

from engine.errors import RequestError
from engine.server.aside import aside
from engine.tool_runner import ToolRunner
from tools.registry import Registry

if TYPE_CHECKING:
    from engine.tools_here import Standing


class OpenedTools(Protocol):
    """Tools that can be called until they are closed (``engine.tools_here.OpenTools``)."""

    @property
    def registry(self) -> Registry:
        """All of them."""
        ...

    def prepare(self) -> None:
        """Do now what the first calls would wait for."""
        ...

    def standing(self, name: str) -> Standing:
        """Whether one of them works here, and how; may take a second."""
        ...

    def close(self) -> None:
        """End their processes and close their files."""
        ...


class Toolbox:
    """Opens tools once, in a thread of its own; use it from any thread.

    Args:
        open_tools: makes them; None for an engine that runs no tools.
    """

    def __init__(self, open_tools: Callable[[], OpenedTools] | None) -> None:
        self.runner = ToolRunner()
        """Runs their calls."""
        self._open_tools = open_tools
        self._lock = threading.Lock()
        self._opened: Future[OpenedTools] | None = None

    def open(self) -> Future[OpenedTools]:
        """The tools, or whatever opening them raised; then the next call tries again.

        Raises:
            RequestError: this engine runs no tools.
        """
        open_tools = self._open_tools
        if open_tools is None:
            raise RequestError(
                "This server runs no tools. Ask without tools, or ask the app's own engine.",
                param="tools",
            )
        with self._lock:
            failed = self._opened is not None and (
                self._opened.done() and self._opened.exception() is not None
            )
            if self._opened is None or failed:
                self._opened = aside("toolbox", open_tools, self._prepare)
            return self._opened

    def _prepare(self) -> None:
        """In the thread that has opened them, while calls begin to come."""
        with self._lock:  # open() holds it until the future is in its place
            opened = self._opened
        if opened is not None and opened.exception() is None:
            opened.result().prepare()

    def close(self) -> None:
        """Cancel all calls and close the tools, as soon as they are open."""
        self.runner.close()
        with self._lock:
            opened = self._opened
        if opened is not None:
            opened.add_done_callback(_close)


def _close(opened: Future[OpenedTools]) -> None:
    if opened.exception() is None:
        opened.result().close()


def tools_here() -> OpenedTools:
    """This machine's tools. Call it in a thread: it imports and looks for what they need."""
    from engine.tools_here import open_tools

    return open_tools()
