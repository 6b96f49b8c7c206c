"""A program in a pseudo-terminal: type at it, and see when what is waited for is drawn."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from engine.errors import LabError

READ_BYTES = 1 << 16
_LEFT_OUT = ("COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")
"""The size of another terminal would be believed before this one's. Without bytecode our modules
are compiled at each start and an installed library's are not: 75 ms of a first paint."""


class Terminal:
    """Runs Python code in a terminal of its own; POSIX only.

    Args:
        code: what ``python -c`` is given.
        width: columns.
        height: rows.
        env: environment on top of ours.

    Raises:
        LabError: this system has no pseudo-terminals.
    """

    def __init__(self, code: str, *, width: int, height: int, env: dict[str, str]) -> None:
        if os.name != "posix":
            raise LabError("This benchmark needs a pseudo-terminal: run it on Linux or macOS.")
        import fcntl
        import pty
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**_environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        """Use it in a ``with``: the program ends with the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End the program."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._master)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def send(self, number: int) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    def resident_bytes(self) -> int:
        """Memory that the program holds.

        Raises:
            LabError: this system does not tell (it is no Linux).
        """
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        except OSError as error:
            raise LabError(f"The program's memory cannot be asked for here: {error}.") from error
        return pages * os.sysconf("SC_PAGE_SIZE")

    def wait_for(self, mark: str, timeout_s: float, *, times: int = 1, beside: str = "") -> float:
        """Seconds since the program started until ``mark`` has been drawn ``times`` from now on.

        Args:
            mark: the text to look for.
            timeout_s: how long to wait.
            times: how often it must be there.
            beside: another text that must be there too.

        Raises:
            LabError: it was not drawn in time, or the program ended.
        """
        wanted, other, seen = mark.encode(), beside.encode(), b""
        deadline = time.perf_counter() + timeout_s
        while (left := deadline - time.perf_counter()) > 0:
            seen += self._read(left)
            if seen.count(wanted) >= times and other in seen:
                return time.perf_counter() - self.started
        words = seen[-300:].decode("utf-8", "replace")
        raise LabError(f"{mark!r} was not drawn within {timeout_s:g} s. The end was: {words!r}.")

    def drain_clock(self, seconds: float) -> float:
        """Read on for a while; the time after it, in seconds since the start."""
        self.drain(seconds)
        return time.perf_counter() - self.started

    def read(self, seconds: float) -> bytes:
        """What is drawn in a while."""
        end, drawn = time.perf_counter() + seconds, b""
        while (left := end - time.perf_counter()) > 0:
            drawn += self._read(left)
        return drawn

    def rest(self) -> bytes:
        """What a program that has ended had still drawn."""
        self._process.wait()
        drawn = b""
        with contextlib.suppress(LabError):  # That is the end.
            while data := self._read(0.05):
                drawn += data
        return drawn

    def drain(self, seconds: float) -> int:
        """Read on for a while; the number of bytes drawn."""
        end, count = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            count += len(self._read(left))
        return count

    def _read(self, timeout_s: float) -> bytes:
        ready, _, _ = select.select([self._master], [], [], timeout_s)
        if not ready:
            return b""
        try:
            data = os.read(self._master, READ_BYTES)
        except OSError:
            data = b""
        if not data:
            raise LabError("The program in the terminal ended early.")
        return data


def _environment() -> dict[str, str]:
    """Ours, but for what would make this terminal's program another one than a person's."""
    return {name: text for name, text in os.environ.items() if name not in _LEFT_OUT}
