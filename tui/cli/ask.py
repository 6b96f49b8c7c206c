"""``llmlab ask``: one question, or a file of them, answered greedily in batches."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import LabError, RequestError
from tui.cli.output import emit_json, narrate, printable


def run(arguments: argparse.Namespace) -> int:
    """Print the answer; for a file one JSON line a question, ``{"id", "answer"}``, in order.

    A base model is shown a few answered questions first, as it only continues documents.

    Raises:
        LabError: neither or both of a question and a file, a line that cannot be read.
    """
    if (arguments.question is None) == (arguments.file is None):
        raise LabError("Say either a QUESTION or --file F.jsonl.")
    asked = (
        [_Asked(None, arguments.question)]
        if arguments.file is None
        else _read_questions(arguments.file)
    )
    if arguments.tools:
        narrate("No checkpoint has learned to call tools yet: answering without them.")
    from engine.data.web import web_of
    from engine.evals.answer import answers, check_fits, prefix_for
    from engine.evals.tasks import world_of
    from engine.local import LocalModel

    local = LocalModel.load(arguments.checkpoint)
    web = None if local.chats or local.info.imported else web_of(world_of(local))
    prefix = prefix_for(local, web)
    for item in asked:
        try:
            check_fits(local, item.text, prefix)
        except RequestError as error:
            raise RequestError(f"{item.where}{error}") from error
    found = answers(local, [item.text for item in asked], web, max_tokens=arguments.max_tokens)
    for item, answer in zip(asked, found, strict=True):
        if arguments.file is not None or arguments.json:
            emit_json({"id": item.id, "answer": answer})
        else:
            print(printable(answer))
    return 0


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
