"""What the system asks of the app: to leave in order, and to draw itself again after a pause.

Without the first, a closed terminal or a kill would end the process in the middle of whatever it
was writing, and leave a terminal that still stands without echo. Without the second, a lab that
was stopped and brought back (``fg``) would show little more than what changes from then on.
"""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

GRACE_S = 8.0
"""The app's last writes and the ends of its helpers take no longer; then nothing waits for it."""

_SIGNALS = ("SIGTERM", "SIGHUP")  # by name: Windows has no SIGHUP


def leave_when_asked(app: App[None]) -> None:
    """Let the signals end the app as its quit key does; call it on the app's event loop."""
    if os.name != "posix":
        return
    loop = asyncio.get_running_loop()

    def leave(number: int) -> None:
        code = 128 + number  # what a shell says of a process that a signal ended
        # A terminal that is gone may hold up its driver for ever.
        loop.call_later(GRACE_S, os._exit, code)
        app.exit(return_code=code)

    for name in _SIGNALS:
        number = getattr(signal, name)
        loop.add_signal_handler(number, leave, number)


def draw_when_resumed(app: App[None]) -> None:
    """Draw the whole screen when the process goes on after it was stopped."""
    app.app_resume_signal.subscribe(app, lambda _: app.refresh(layout=True))
