"""The app that ``llmlab bench kill`` kills: an engine that answers what can be told apart.

Run as a program with the folder of its runs. A question ``k7 plain`` is answered with ``... a7``;
``k7 calc`` calls a tool that runs at once, ``k7 python`` one that is asked about.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.protocol import GenerateRequest
from tools.result import ToolResult
from tui.bench.scripted import ScriptedRuns, scripted_services
from tui.bench.scripted_chat import ScriptedChat, Use
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


def main(runs: Path) -> int:
    """Open the app."""
    engine = ScriptedChat(turns=answer, script=plain, tokens_per_s=TOKENS_PER_S)
    return run(scripted_services(engine, ScriptedRuns(runs)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
