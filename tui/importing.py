"""``llmlab import`` as a child of the app: it may read gigabytes while the screen lives on."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
import os
import re
import signal
from dataclasses import dataclass, field
from typing import Literal

from engine.launch import child_environment
from tui.safe_text import one_line

LONGEST_LINE = 4000
MISTAKE = 2
"""The exit code of a command whose last line says what was wrong."""

_GRACE_S = 5.0


@dataclass(slots=True)
class ImportJob:
    """One import: how far it is, and how it ended.

    Args:
        command: what the child runs, but for the name and the source.
        origin: a folder, a ``.gguf`` file or ``hf:ORG/NAME``.
        name: what to call the model here; empty leaves it to the command.
    """

    command: tuple[str, ...]
    origin: str
    name: str = ""
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    words: str = "starting"
    """The last line of progress, or the sentence of a failure; safe to show."""
    imported: str = ""
    """The model's name, once it is there."""
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def run(self) -> None:
        """Run the child to its end; the outcome is in ``state``."""
        named = ("--name", self.name) if self.name else ()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self.command,
                *named,
                "--",
                self.origin,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except (OSError, ValueError) as error:  # no memory; a NUL in what was typed
            self.state, self.words = "failed", f"The import could not be started: {error}."
            return
        assert process.stdout is not None
        assert process.stderr is not None
        if self.state == "cancelled":  # before there was anything to interrupt
            _interrupt(process)
        try:
            out, _ = await asyncio.gather(process.stdout.read(), self._follow(process.stderr))
            code = await process.wait()
        finally:
            await self._end(process)
        if self.state != "running":
            return
        self.imported = _name_in(out)
        self.state = "done" if code == 0 else "failed"
        if code not in (0, MISTAKE):
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            self.words = f"The import was lost ({how}). The last that it said: {self.words}"

    def cancel(self) -> None:
        """Interrupt it as ctrl+c would, so that it cleans up behind itself."""
        self.state = "cancelled"
        if self._process is not None:
            _interrupt(self._process)

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
                await asyncio.wait_for(process.wait(), _GRACE_S)
            except TimeoutError:
                process.kill()
                await process.wait()


def _interrupt(process: asyncio.subprocess.Process) -> None:
    """As ctrl+c does. Not ``send_signal``, which may reap the child before asyncio sees its end."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)


def _name_in(out: bytes) -> str:
    """The name in the command's JSON, empty where there is none."""
    for line in out.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict) and isinstance(value.get("name"), str):
                return str(value["name"])
    return ""
