"""The app that ``llmlab bench kill`` kills: an engine that answers what can be told apart.

A training that needs no model goes on beside it, and over its end. A question ``k7 plain`` is
answered with ``... a7``; ``k7 calc`` calls a tool that runs at once, ``k7 python`` one that is
asked about.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from engine.paths import home
from engine.protocol import GenerateRequest
from engine.runs import list_runs
from tools.result import ToolResult
from tui.bench.kill_run import start
from tui.bench.scripted import ScriptedRuns, scripted_services
from tui.bench.scripted_chat import ScriptedChat, Use
from tui.services import real_services
from tui.start import run

TOKENS_PER_S = 150.0


def answer(request: GenerateRequest) -> Sequence[str | Use]:
    """Some words with the question's number at the end; before them a call where one is wanted."""
    question = request.prompt or (request.messages[-1].content if request.messages else "")
    number, _, wish = question.partition(" ")
    words: list[str | Use] = [" Some", " words", " and", " then", f" a{number[1:]}"]
    if wish in request.tools and not request.continue_ids:
        result = ToolResult(kind="ok", output=f"o{number[1:]}", elapsed_ms=2.0)
        return [Use(wish, f"c{number[1:]}", result, takes_s=0.05), *words]
    return words


def plain(request: GenerateRequest) -> list[str]:
    """The same without calls, for the columns."""
    return [word for word in answer(request) if isinstance(word, str)]


def main() -> int:
    """Open the app; the first time a training is started, which goes on when the app is killed."""
    if not list_runs():
        start()
    engine = ScriptedChat(turns=answer, script=plain, tokens_per_s=TOKENS_PER_S)
    services, real = scripted_services(engine, ScriptedRuns(home())), real_services()
    return run(replace(services, runs=real.runs, tail=real.tail))


if __name__ == "__main__":
    sys.exit(main())
