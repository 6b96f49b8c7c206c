"""``llmlab ask``: one question, or a file of them, answered greedily in batches."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import LabError, RequestError
from tui.cli.output import emit_json, narrate, printable

if TYPE_CHECKING:
    from engine.local import LocalModel
    from engine.tool_loop import Ran


MAX_TOKENS = 64
MAX_TOKENS_WITH_TOOLS = 192


def run(arguments: argparse.Namespace) -> int:
    """Print the answer; for a file one JSON line a question, ``{"id", "answer"}``, in order.

    With tools a line also lists ``"calls"``, each ``{"tool", "text", "kind", "output",
    "elapsed_ms"}``. A base model is shown a few answered questions first, as it only continues
    documents.

    Raises:
        LabError: neither or both of a question and a file, a line that cannot be read, tools for a
            model that has learned none.
    """
    if (arguments.question is None) == (arguments.file is None):
        raise LabError("Say either a QUESTION or --file F.jsonl.")
    asked = (
        [_Asked(None, arguments.question)]
        if arguments.file is None
        else _read_questions(arguments.file)
    )
    from engine.local import LocalModel

    local = LocalModel.load(arguments.checkpoint)
    answer = _answer_with_tools if arguments.tools else _answer
    for item, found in zip(asked, answer(local, asked, arguments.max_tokens), strict=True):
        if arguments.file is not None or arguments.json:
            emit_json({"id": item.id, **found})
        else:
            for call in found.get("calls", ()):
                narrate(f"({call['tool']}: {call['text']} -> {call['kind']}: {call['output']})")
            print(printable(found["answer"]))
    return 0


def _answer(local: LocalModel, asked: Sequence[_Asked], most: int | None) -> list[dict[str, Any]]:
    from engine.data.web import web_of
    from engine.evals.answer import answers, prefix_for
    from engine.evals.tasks import world_of

    web = None if local.chats or local.info.imported else web_of(world_of(local))
    _check_fit(local, asked, prefix_for(local, web))
    texts = [item.text for item in asked]
    found = answers(local, texts, web, max_tokens=MAX_TOKENS if most is None else most)
    return [{"answer": text} for text in found]


def _answer_with_tools(
    local: LocalModel, asked: Sequence[_Asked], most: int | None
) -> list[dict[str, Any]]:
    from engine.conversation import Turn
    from engine.sampling_params import SamplingParams
    from engine.tool_loop import ToolLoop
    from engine.tools_here import open_tools

    if not local.tools:
        raise LabError(
            f"{local.info.name} has learned to call no tools. Ask it with --no-tools, or choose a "
            "checkpoint that has."
        )
    _check_fit(local, asked, "", local.tools)
    params = SamplingParams(
        temperature=0.0, max_tokens=MAX_TOKENS_WITH_TOOLS if most is None else most
    )
    with open_tools(say=narrate) as opened:
        loop = ToolLoop(local, opened.registry, tools=local.tools)
        found = loop.answers([[Turn.of("user", item.text)] for item in asked], params)
    return [
        {"answer": each.text.strip(), "calls": [_call(ran) for ran in each.calls]} for each in found
    ]


def _call(ran: Ran) -> dict[str, Any]:
    result = ran.result
    return {
        "tool": ran.tool,
        "text": ran.text,
        "kind": result.kind,
        "output": result.text,
        "elapsed_ms": round(result.elapsed_ms, 3),
    }


def _check_fit(
    local: LocalModel, asked: Sequence[_Asked], prefix: str, tools: Sequence[str] = ()
) -> None:
    from engine.evals.answer import check_fits

    for item in asked:
        try:
            check_fits(local, item.text, prefix, tools)
        except RequestError as error:
            raise RequestError(f"{item.where}{error}") from error


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, the caller's name for it, and where it stands, for errors."""

    id: Any
    text: str
    where: str = ""


def _read_questions(name: str) -> list[_Asked]:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabError(f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise LabError(f"{name} cannot be read: {error.strerror}. Check the path.") from error
    asked = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            question = item["question"]
            item_id = item["id"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise LabError(
                f'{name}, line {number}: not an object with "id" and "question". Mend the line.'
            ) from error
        where = f"{name}, line {number}: "
        if not isinstance(question, str):
            raise LabError(f"{where}the question is {question!r}, not a text. Mend the line.")
        if not question.strip():
            raise LabError(f"{where}the question is empty. Mend the line.")
        asked.append(_Asked(item_id, question, where))
    return asked
