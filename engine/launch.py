"""Start the engine as a process of its own that outlives whoever started it. No torch."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import engine
from engine import endpoint
from engine.errors import EngineUnavailableError
from engine.files import last_line

MAX_LOG_BYTES = 1 << 20
ALREADY_SERVED = 3
"""Exit code of an engine that found another one serving the same folder."""

ENGINE_COMMAND = (sys.executable, "-P", "-m", "engine.server")
"""``-P``: a file in the working folder must not be imported in place of a module."""

_TERMINAL_ONLY = ("PYTHONINSPECT", "PYTHONSTARTUP", "COLUMNS", "LINES")


class Child:
    """A started process, waited for by a thread so that it never stays behind as a zombie."""

    def __init__(self, process: subprocess.Popen[bytes], log_start: int) -> None:
        self.pid = process.pid
        self._log_start = log_start
        self._exit_code: int | None = None
        self._thread = threading.Thread(target=self._wait, args=(process,), daemon=True)
        self._thread.start()

    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._exit_code

    def last_words(self) -> str:
        """The last line it logged, or an empty string."""
        return last_line(endpoint.log_file(), self._log_start)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        self._exit_code = process.wait()


def start_engine(command: Sequence[str] = ENGINE_COMMAND) -> Child:
    """Start the engine detached, its output going to its log.

    Args:
        command: what to run.

    Raises:
        EngineUnavailableError: on Windows, or when the process cannot be started.
    """
    if sys.platform == "win32":
        raise EngineUnavailableError(
            "The engine talks over Unix sockets, which Python on Windows does not have. "
            "Run llmlab in WSL."
        )
    endpoint.private_folder()
    log = endpoint.log_file()
    try:
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            os.replace(log, log.with_suffix(".log.1"))
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            log_start = os.fstat(handle).st_size
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                cwd=log.parent,
                env=child_environment(),
                start_new_session=True,
            )
        finally:
            os.close(handle)
    except OSError as error:
        raise EngineUnavailableError(
            f"The engine could not be started: {error.strerror or error} ({log}). "
            "Free some memory and disk space and try again."
        ) from error
    return Child(process, log_start)


def child_environment() -> dict[str, str]:
    """This environment without what concerns the terminal, and with this very copy of our code."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in _TERMINAL_ONLY and not name.startswith("TEXTUAL")
    }
    code = Path(engine.__file__).parent.parent
    if code.name not in ("site-packages", "dist-packages"):
        inherited = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{code}{os.pathsep}{inherited}" if inherited else str(code)
    environment["PYTHONUNBUFFERED"] = environment["PYTHONFAULTHANDLER"] = "1"
    return environment
