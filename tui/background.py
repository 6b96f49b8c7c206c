"""Work that goes on while the screen stays alive."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import WorkType


def in_background(
    host: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, only: bool = False
) -> None:
    """Run ``work`` as a task that ends with ``host``; an error in it ends the app, loudly.

    Args:
        host: the widget or app that owns the task.
        work: the function, not its coroutine, which would complain if it were never begun.
        group: a name to cancel it by.
        only: cancel what runs in the group first.
    """
    function: WorkType[None] = work
    host.run_worker(function, group=group, exclusive=only, exit_on_error=True)
