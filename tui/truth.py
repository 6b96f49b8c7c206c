"""Who knows what is true in the pocket web: a helper process, asked a line at a time.

Knowing takes writing the whole web (seconds of pure Python), which a thread would take from the
screen. Run as ``python -m tui.truth`` the module is that helper: a JSON line in with ``question``
and ``answer``, a JSON line out with the verdict or null; it ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import asdict, dataclass

from engine.errors import LabError

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
        self._turn = asyncio.Lock()

    async def judge(self, question: str, answer: str) -> Verdict | None:
        """Hold an answer against the truth; None when the question is not about the world.

        Raises:
            LabError: the helper was lost.
        """
        line = json.dumps({"question": question, "answer": answer}) + "\n"
        async with self._turn:
            if self._process is None:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            process = self._process
            assert process.stdin is not None
            assert process.stdout is not None
            reply = b""
            with contextlib.suppress(ConnectionError):
                process.stdin.write(line.encode())
                await process.stdin.drain()
                reply = await process.stdout.readline()
            if not reply.endswith(b"\n"):
                self._process = None
                raise LabError("Not judged: the process that knows the truth was lost.")
        found = json.loads(reply)
        return None if found is None else Verdict(**found)

    async def close(self) -> None:
        """End the helper, also in the middle of writing its web."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def serve() -> None:
    """Answer lines until the standard input ends."""
    from engine.data.judge import judge_of

    if hasattr(os, "nice"):
        os.nice(5)  # The screen and the engine come first.
    for line in sys.stdin:
        asked = json.loads(line)
        judged = judge_of().judge_text(asked["question"], asked["answer"])
        verdict = None
        if judged is not None:
            fact = judged.fact
            verdict = asdict(Verdict(judged.outcome, fact.answer, fact.tier, fact.exposures))
        print(json.dumps(verdict), flush=True)


if __name__ == "__main__":
    serve()
