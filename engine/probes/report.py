"""Finished probes as a file: Markdown for people, CSV and JSONL for programs. Imports no torch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from engine import background, paths
from engine.errors import CheckpointError, LabError, ProbeError
from engine.files import check_new, disk_error
from engine.probes.jobs import list_probes
from engine.probes.plan import probed
from engine.probes.reader import ProbeReader
from engine.probes.report_markdown import markdown
from engine.probes.report_rows import csv_lines, jsonl_lines

Readers = Sequence[ProbeReader]
_WRITERS: dict[str, Callable[[Readers], Iterator[str]]] = {
    ".md": lambda readers: iter((markdown(readers),)),
    ".csv": csv_lines,
    ".jsonl": jsonl_lines,
}
FORMATS = tuple(_WRITERS)


def check_target(path: Path) -> None:
    """Refuse a file that no report can be written to.

    Raises:
        LabError: another ending, or a file that exists.
    """
    if path.suffix not in FORMATS:
        raise LabError(
            f"{path} ends in {path.suffix or 'nothing'!r}, but a report is {', '.join(FORMATS)}. "
            "Change the name."
        )
    check_new(path)


def report_lines(readers: Readers, ending: str) -> Iterator[str]:
    """What probes found, in the form that an ending of ``FORMATS`` stands for.

    Raises:
        LabError: a probe is damaged.
    """
    return _WRITERS[ending](readers)


def write_report(readers: Readers, path: Path) -> None:
    """Write what probes found, in the format that the file's name ends in.

    Raises:
        LabError: see ``check_target``; a folder that cannot be written to, or a damaged probe.
    """
    check_target(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            try:
                for text in report_lines(readers, path.suffix):
                    file.write(text)
            except BaseException:
                path.unlink()  # half a report would look like a whole one
                raise
    except OSError as error:
        raise disk_error(path, error) from error


def find_probe(name: str) -> ProbeReader:
    """A probe by its own name or folder, else the newest finished one of a checkpoint.

    Raises:
        ProbeError: there is none, or it has no figures yet.
        CheckpointError: the name is no probe's and no checkpoint's.
    """
    own = paths.probes_folder() / name
    if background.NAME.fullmatch(name) and own.is_dir():
        return _with_figures(own)
    with contextlib.suppress(OSError):  # a name that is too long for a path is no folder's
        if (Path(name) / "plan.json").is_file():
            return _with_figures(Path(name))
    try:
        sha256 = probed(name).sha256
    except CheckpointError as error:
        raise ProbeError(f"There is no probe {name!r}, and no checkpoint: {error}") from error
    for status in list_probes():
        if status.state == "done" and ProbeReader(status.path).plan.sha256 == sha256:
            return _with_figures(status.path)
    raise ProbeError(f"{name} has no finished probe. Make one with: llmlab probe facts {name}")


def _with_figures(folder: Path) -> ProbeReader:
    reader = ProbeReader(folder)
    if reader.figures() is None:
        raise ProbeError(
            f"The probe {folder.name!r} has no figures yet. Wait until it ends, or resume it: "
            f"llmlab probe facts --resume {folder.name}"
        )
    return reader
