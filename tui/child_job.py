"""A command of the lab as a child of the app: it may take minutes while the screen lives on."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.launch import child_environment
from tui.safe_text import one_line

State = Literal["running", "done", "failed", "cancelled"]
LONGEST_LINE = 4000
MISTAKE = 2
"""The exit code of a command whose last line says what was wrong."""

GRACE_S = 5.0
"""For a child to clean up behind itself; then it is ended."""


@dataclass(slots=True)
class ChildJob:
    """One child: how far it is, and how it ended.

    Args:
        command: what the child runs.
    """

    command: tuple[str, ...]
    state: State = field(default="running", kw_only=True)
    words: str = field(default="starting", kw_only=True)
    """The last line of progress, or the sentence of a failure; safe to show."""
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False, kw_only=True)

    @property
    def what(self) -> str:
        """What it does, as a noun for sentences."""
        return "command"

    def arguments(self) -> Sequence[str]:
        """What follows the command."""
        return ()

    def take(self, out: bytes) -> None:
        """Take what a child that has ended had to say on its standard output."""

    async def run(self) -> None:
        """Run the child to its end; the outcome is in ``state``."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self.command,
                *self.arguments(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except (OSError, ValueError) as error:  # no memory; a NUL in what was typed
            self.state, self.words = "failed", f"The {self.what} could not be started: {error}."
            return
        assert process.stdout is not None
        assert process.stderr is not None
        if self.state == "cancelled":  # before there was anything to interrupt
            _stop(process)
        try:
            out, _ = await asyncio.gather(process.stdout.read(), self._follow(process.stderr))
            code = await process.wait()
        finally:
            await self._end(process)
        if self.state != "running":
            return
        self.take(out)
        self.state = "done" if code == 0 else "failed"
        if code not in (0, MISTAKE):
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            self.words = f"The {self.what} was lost ({how}). The last that it said: {self.words}"

    def cancel(self) -> None:
        """Interrupt it as ctrl+c would, so that it cleans up behind itself."""
        self.state = "cancelled"
        if self._process is not None:
            _stop(self._process)

    async def _follow(self, stream: asyncio.StreamReader) -> None:
        """Keep the last line; a progress bar ends its lines with a carriage return."""
        decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
        while data := await stream.read(4096):
            *lines, rest = re.split(r"[\r\n]+", rest + decoder.decode(data))
            rest = rest[-LONGEST_LINE:]
            self._say(next((line for line in reversed(lines) if line.strip()), ""))
        self._say(rest)

    def _say(self, line: str) -> None:
        self.words = one_line(line.strip()) or self.words

    @staticmethod
    async def _end(process: asyncio.subprocess.Process) -> None:
        """The app leaves, or reading failed: no child stays behind."""
        if process.returncode is None:
            _interrupt(process)
            try:
                await asyncio.wait_for(process.wait(), GRACE_S)
            except TimeoutError:
                process.kill()
                await process.wait()


def _stop(process: asyncio.subprocess.Process) -> None:
    """Interrupt a child, and end it where it does not hear that.

    One does not whose lab was started in the background of a script, which ignores ``SIGINT``.
    """
    _interrupt(process)
    asyncio.get_running_loop().call_later(GRACE_S, _signal, process, signal.SIGTERM)


def _interrupt(process: asyncio.subprocess.Process) -> None:
    """As ctrl+c does."""
    _signal(process, signal.SIGINT)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Not ``send_signal``, which may reap the child before asyncio sees its end."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
