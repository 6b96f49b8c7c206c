"""The app that ``llmlab bench kill`` kills: an engine that answers what can be told apart.

A training and a probe that need no model go on beside it, and over its end. A question ``k7 plain``
is answered with ``... a7``; ``k7 calc`` calls a tool that runs at once, ``k7 python`` one that is
asked about; ``k7 long`` takes its time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from engine.paths import home
from engine.protocol import GenerateRequest, StreamEvent
from engine.runs import list_runs
from tools.result import ToolResult
from tui.bench.kill import probing, training
from tui.bench.kill.halves import A_WORD_S, long_answer
from tui.bench.scripted import ScriptedRuns, scripted_services
from tui.bench.scripted_chat import ScriptedChat, Use
from tui.services import real_services
from tui.start import run

TOKENS_PER_S = 150.0


class Engine(ScriptedChat):
    """Takes its time over long answers."""

    async def stream(self, request: GenerateRequest) -> AsyncIterator[StreamEvent]:
        """The events of a request."""
        slowly = _asked(request)[1] == "long"
        async for event in super().stream(request):
            yield event
            await asyncio.sleep(A_WORD_S if slowly else 0)


def answer(request: GenerateRequest) -> Sequence[str | Use]:
    """Some words with the question's number at the end; before them a call where one is wanted."""
    number, wish = _asked(request)
    if wish == "long":
        return long_answer(number)
    words: list[str | Use] = [" Some", " words", " and", " then", f" a{number}"]
    if wish in request.tools and not request.continue_ids:
        result = ToolResult(kind="ok", output=f"o{number}", elapsed_ms=2.0)
        return [Use(wish, f"c{number}", result, takes_s=0.05), *words]
    return words


def _asked(request: GenerateRequest) -> tuple[str, str]:
    """The number of a question, and what it wants."""
    question = request.prompt or (request.messages[-1].content if request.messages else "")
    number, _, wish = question.partition(" ")
    return number[1:], wish


def main() -> int:
    """Open the app; the first time what goes on when the app is killed is started."""
    if not list_runs():
        training.start()
        probing.start()
    engine = Engine(turns=answer, tokens_per_s=TOKENS_PER_S)
    services, real = scripted_services(engine, ScriptedRuns(home())), real_services()
    return run(replace(services, runs=real.runs, tail=real.tail, probes=real.probes))


if __name__ == "__main__":
    sys.exit(main())
