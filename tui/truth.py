"""Who knows what is true in the pocket web: a helper process, asked a line at a time.

Knowing takes writing the whole web (seconds of pure Python), which a thread would take from the
screen. Run as ``python -m tui.truth`` the module is that helper: a JSON line in, a JSON line out.

- ``question`` and ``answer``: the verdict, or null;
- ``about`` and a name: what the world has of it (``tui.probes.about``);
- ``weigh`` and a name, ``attribute`` and ``answers``: how they come out, and whether they agree.

It ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import LabError

if TYPE_CHECKING:
    from tui.probes.about import About, Weighed
    from tui.probes.knower import Knower

COMMAND = (sys.executable, "-P", "-m", "tui.truth")


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer held against the truth."""

    outcome: str
    """correct, wrong or abstained."""
    truth: str
    """What the web says."""
    tier: str
    exposures: int
    """Pages that say so."""


class WorldTruth:
    """Asks the helper, which is started by the first question and again after it was lost."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._owed = 0
        """Replies that are still to be read: also those to askers who did not wait for them."""
        self._turn = asyncio.Lock()

    async def judge(self, question: str, answer: str) -> Verdict | None:
        """Hold an answer against the truth; None when the question is not about the world.

        Raises:
            LabError: the helper was lost, or cannot be started.
        """
        found = await self._ask({"question": question, "answer": answer})
        return None if found is None else Verdict(**found)

    async def about(self, name: str) -> About:
        """What the world has of a name, or of a question.

        Raises:
            LabError: as for ``judge``.
        """
        from tui.probes.about import About

        return About.from_json(await self._ask({"about": name}))

    async def weigh(self, name: str, attribute: str, answers: Sequence[str]) -> Weighed:
        """Hold answers to one of ``about``'s questions against the truth and each other.

        The first is the greedy one; whether they agree is said of the others.

        Raises:
            LabError: as for ``judge``.
        """
        from tui.probes.about import Weighed

        asked = {"weigh": name, "attribute": attribute, "answers": list(answers)}
        return Weighed.from_json(await self._ask(asked))

    async def _ask(self, asked: dict[str, Any]) -> Any:
        line = json.dumps(asked) + "\n"
        async with self._turn:
            if self._process is None:
                self._process, self._owed = await self._started(), 0
            process = self._process
            assert process.stdin is not None
            assert process.stdout is not None
            reply = b""
            with contextlib.suppress(ConnectionError):
                process.stdin.write(line.encode())
                self._owed += 1
                await process.stdin.drain()
                while self._owed:  # The last one is ours; who asked before has left.
                    reply = await process.stdout.readline()
                    self._owed -= 1
            if not reply.endswith(b"\n"):
                self._process = None
                raise LabError("Not judged: the process that knows the truth was lost.")
        return json.loads(reply)

    async def _started(self) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:  # no memory, or too many processes
            reason = error.strerror or str(error)
            raise LabError(
                f"Not judged: the process that knows the truth could not be started: {reason}."
            ) from error

    async def close(self) -> None:
        """End the helper, also in the middle of writing its web."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def serve() -> None:
    """Answer lines until the standard input ends."""
    if hasattr(os, "nice"):
        os.nice(5)  # The screen and the engine come first.
    for line in sys.stdin:
        print(json.dumps(answer_to(json.loads(line))), flush=True)


def answer_to(asked: dict[str, Any]) -> dict[str, Any] | None:
    """What the helper says to one line."""
    if "about" in asked:
        return asdict(_knower().about(asked["about"]))
    if "weigh" in asked:
        name, attribute, answers = asked["weigh"], asked["attribute"], asked["answers"]
        return asdict(_knower().weigh(name, attribute, answers))
    from engine.data.judge import judge_of

    judged = judge_of().judge_text(asked["question"], asked["answer"])
    if judged is None:
        return None
    fact = judged.fact
    return asdict(Verdict(judged.outcome, fact.answer, fact.tier, fact.exposures))


@lru_cache(maxsize=1)
def _knower() -> Knower:
    from engine.data.judge import judge_of
    from tui.probes.knower import Knower

    return Knower(judge_of())


if __name__ == "__main__":
    serve()
