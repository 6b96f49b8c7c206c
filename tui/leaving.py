"""Leaving in order when the system asks: the terminal was closed, or somebody ended the process.

Without this the process would be gone in the middle of whatever it was writing, and the terminal,
where it still stands, would be left without echo.
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
