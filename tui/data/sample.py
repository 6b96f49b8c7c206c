"""Asks the helper process what other thresholds would do to a sample of a run's pages.

While one question is on its way only the newest of those that come in is kept: whoever holds a key
down wants to see where it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.data.funnel.rules import thresholds
from engine.data.funnel.whatif_answer import Outcome, Spread
from engine.errors import DataError, LabError
from engine.launch import child_environment

_LONGEST_ANSWER = 1 << 24
LOST = "The process that holds the sample was lost. s starts it again."


@dataclass(slots=True)
class Sample:
    """The sample of one run, and the thresholds that are held against it.

    Args:
        command: what the helper is, but for the run's folder.
        folder: of the run.
        drawn: called when there is more to show.
        picked: whether its pages were picked from every rule, as a run that comes with the lab
            keeps them; shares of such a sample say nothing about the crawl.
    """

    command: Sequence[str]
    folder: Path
    drawn: Callable[[], None]
    picked: bool = False
    state: Literal["measuring", "ready", "failed"] = "measuring"
    measured: int = 0
    of: int = 0
    message: str = ""
    """Why it failed, or why a question was not answered."""
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    outcome: Outcome | None = None
    changed: dict[str, float] = field(default_factory=dict)
    """Thresholds that are not the published ones."""
    asking: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def threshold(self, rule: str) -> float:
        """As it is now."""
        return self.changed.get(rule, thresholds()[rule])

    def move(self, rule: str, value: float) -> None:
        """Set a threshold; the answer comes when it comes."""
        if value == thresholds()[rule]:
            self.changed.pop(rule, None)
        else:
            self.changed[rule] = value
        self._wake.set()

    def reset(self) -> None:
        """Back to the published thresholds, all of them."""
        self.changed.clear()
        self._wake.set()

    async def run(self) -> None:
        """Start the helper and put questions to it until this is cancelled."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                str(self.folder),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=child_environment(),
                limit=_LONGEST_ANSWER,
            )
        except OSError as error:
            self._fail(f"The sample cannot be read: {error.strerror}. Free some memory.")
            return
        try:
            await self._converse(process)
        except LabError as error:
            self._fail(str(error))
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await _closed(process)

    async def _converse(self, process: asyncio.subprocess.Process) -> None:
        while self.state == "measuring":
            self._take(await _answer(process))
        self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            self.asking = True
            self.drawn()
            await _ask(process, {"set": self.changed})
            self._take(await _answer(process))
            self.asking = False
            self.drawn()

    def _take(self, said: Mapping[str, Any]) -> None:
        if "failed" in said:
            raise DataError(said["failed"])
        if "measured" in said:
            self.measured, self.of = said["measured"], said["of"]
        elif "spreads" in said:
            found = (Spread(**spread) for spread in said["spreads"])
            self.spreads = {spread.rule: spread for spread in found}
            self.state = "ready"
        elif "error" in said:
            self.message = said["error"]
        else:
            self.outcome, self.message = Outcome.from_json(said), ""
        self.drawn()

    def _fail(self, sentence: str) -> None:
        self.state, self.message, self.asking = "failed", sentence, False
        self.drawn()


async def _closed(process: asyncio.subprocess.Process) -> None:
    """Wait for the end of a killed process and of its pipes, which may end a little later."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    await process.stdout.read()
    await process.wait()


async def _ask(process: asyncio.subprocess.Process, question: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # then there is no answer either
        process.stdin.write(json.dumps(question).encode() + b"\n")
        await process.stdin.drain()


async def _answer(process: asyncio.subprocess.Process) -> Mapping[str, Any]:
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
    except ValueError as error:  # a line longer than the limit
        raise DataError(LOST) from error
    if not line.endswith(b"\n"):
        raise DataError(LOST)
    try:
        said: Mapping[str, Any] = json.loads(line)
    except ValueError as error:
        raise DataError(LOST) from error
    return said
