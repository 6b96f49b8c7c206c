"""``llmlab probe questions``: make questions of a document, to ask with ``probe facts``."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from engine.files import check_new, disk_error, write_atomic
from engine.paths import expanded
from engine.probes.makers.cloze import ClozeWriter
from engine.probes.makers.document import Made, questions_from
from engine.probes.makers.file import line_of
from engine.probes.makers.passages import read_passages
from tui.cli.output import emit_json, narrate
from tui.cli.probe_forms import CLOZE

if TYPE_CHECKING:
    from engine.probes.makers.writer import Writer

_PASSAGE_CHARS = 60
"""Shown of a passage of which came nothing."""
_DRAFT_CHARS = 400
"""Shown of what a writer wrote, which may go on and on."""


def run(arguments: argparse.Namespace) -> int:
    """Tell on stderr what came of each passage, and write the lines that ``--questions`` reads.

    They go to ``--out``, else to stdout. With ``--json`` stdout has an object for each passage:
    ``{"passage", "question", "why"}``, the question as such a line or null.

    Raises:
        LabError: a document, writer, number or file that cannot be used, a server that is lost, or
            no question at all; what was made before is kept.
    """
    document = expanded(arguments.document)
    out = None if arguments.out is None else expanded(arguments.out)
    # All that can be wrong is looked for before a model is loaded and works for an hour.
    if arguments.n < 1:
        raise LabError(f"{arguments.n} passages were asked for. Try at least 1.")
    n = min(arguments.n, len(read_passages(document)))
    if out is not None:
        _check_target(out)
    writer = _writer(arguments.writer, arguments.seed)
    narrate(f"{n} passages of {document}, written about by {writer.name}")
    if arguments.writer == CLOZE:
        narrate("It leaves gaps to fill. Real questions take a model: --writer CKPT|SERVER:MODEL")
    made = questions_from(document, writer, n=n, seed=arguments.seed)
    lines: list[str] = []
    try:
        for line in _told(made, n, as_json=arguments.json):
            lines.append(line)
            if out is None and not arguments.json:
                print(line, flush=True)
    except KeyboardInterrupt:
        narrate("Stopped; what was made is kept.")
        return 130
    finally:
        if out is not None and lines:
            write_atomic(out, "".join(f"{line}\n" for line in lines).encode())
            narrate(f"written: {out}")
    if not lines:
        raise LabError(
            f"None of {n} passages gave a question. Choose another --writer, or a document that "
            "states more facts."
        )
    narrate(f"{len(lines)} of {n} passages gave a question.")
    if out is not None:
        narrate(f"Ask them with: llmlab probe facts CKPT --questions {out}")
    return 0


def _told(made: Iterator[Made], n: int, *, as_json: bool) -> Iterator[str]:
    """The lines of the questions; of each passage is told what came of it."""
    for number, each in enumerate(made, start=1):
        question, line = each.question, None
        if question is None:
            passage = _cut(each.snippet, _PASSAGE_CHARS)
            narrate(f"{number:>5}/{n}  dropped  {_cut(each.why, _DRAFT_CHARS)} [{passage}]")
        else:
            said = _cut(f"{question.text} ({question.answer})", _DRAFT_CHARS)
            narrate(f"{number:>5}/{n}  kept     {said}")
            line = line_of(question)
        if as_json:
            item: Any = None if line is None else json.loads(line)
            emit_json({"passage": each.snippet, "question": item, "why": each.why})
        if line is not None:
            yield line


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _check_target(path: Path) -> None:
    """Find out now, and not when all is made, whether a new file can be written there."""
    check_new(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise disk_error(path, error) from error


def _writer(name: str, seed: int) -> Writer:
    """Who is meant by ``--writer``; a folder's path may hold a colon too.

    Raises:
        LabError: there is no such server or checkpoint, or the checkpoint does not chat.
    """
    if name == CLOZE:
        return ClozeWriter(seed)
    if ":" in name and not os.path.isdir(name):
        from engine.probes.makers.server_writer import ServerWriter
        from engine.probes.server_chat import ServerChat

        return ServerWriter(ServerChat.named(name))
    from engine.local import LocalModel
    from engine.probes.makers.local_writer import LocalWriter

    return LocalWriter(LocalModel.load(name))
