"""Work that goes on while the screen stays alive."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.worker import WorkType

if TYPE_CHECKING:
    from tui.crash import Crashes


def in_background(
    host: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, only: bool = False
) -> None:
    """Run ``work`` as a task that ends with ``host``.

    An error that it lets through costs only this piece of work: a ``LabError`` is said, and what
    nobody has foreseen is written down as well (``tui.crash``). In an app that has no place for
    that, it ends the app.

    Args:
        host: the widget or app that owns the task.
        work: the function, not its coroutine, which would complain if it were never begun.
        group: a name to cancel it by, and to call it by in a report.
        only: cancel what runs in the group first.
    """

    async def guarded() -> None:
        try:
            await work()
        except Exception as error:
            crashes: Crashes | None = getattr(host.app, "crashes", None)
            if crashes is None:
                raise
            await crashes.survive(error, group)

    function: WorkType[None] = guarded
    host.run_worker(function, group=group, exclusive=only, exit_on_error=True)


def every(
    host: DOMNode, seconds: float, work: Callable[[], Coroutine[Any, Any, None]], group: str
) -> None:
    """Run ``work`` again and again in the background; never twice at once.

    An interval of Textual's own is awaited among the host's key presses: while a disk or an engine
    did not answer, neither would the host.

    Args:
        host: the widget or app that owns it.
        seconds: from one beginning to the next.
        work: see ``in_background``.
        group: see ``in_background``.
    """
    working = False

    async def once() -> None:
        nonlocal working
        try:
            await work()
        finally:
            working = False

    def begin() -> None:
        nonlocal working
        if not working:
            working = True
            in_background(host, once, group)

    host.set_interval(seconds, begin)
