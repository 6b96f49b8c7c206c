"""Makes the plan of a run out of what a user gives: paths, thresholds, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from engine.data.crawl.build import INFO_FILE, read_info
from engine.data.funnel import rules
from engine.data.funnel.blocklist_file import blocklist_of, list_file
from engine.data.funnel.plan import InputFile, Plan, Questions, names_of
from engine.data.funnel.sources import find_inputs
from engine.data.funnel.sources.html_folder import html_files
from engine.data.funnel.truth import has_labels
from engine.errors import DataError, LabError


def make_plan(
    inputs: Sequence[Path],
    *,
    changed: Mapping[str, float] | None = None,
    blocklist: Path | None = None,
    **options: Any,
) -> Plan:
    """A run over files and folders.

    Args:
        inputs: files, or folders of files or of HTML pages.
        changed: thresholds other than the published ones.
        blocklist: a file with one; without, the pocket web's for its own crawl, else none.
        options: further fields of ``Plan``.

    Raises:
        DataError: an input does not exist or cannot be read, or a value is out of its range.
    """
    paths = [path.absolute() for path in find_inputs(inputs)]
    try:
        thresholds = rules.thresholds(changed)
    except LabError as error:
        raise DataError(str(error)) from error
    files = []
    for path, name in zip(paths, names_of(paths), strict=True):
        size, modified = measured(path)
        files.append(InputFile(name=name, path=str(path), size=size, modified_ns=modified))
    return Plan(
        **{
            "inputs": tuple(files),
            "thresholds": thresholds,
            "labels": _labels(paths),
            "questions": _questions(paths),
            "blocklist": list_file(blocklist) if blocklist is not None else _blocklist(paths),
            **options,
        }
    )


def measured(path: Path) -> tuple[int, int]:
    """Size in bytes and time of the last change of an input; of a folder, of all its pages.

    A page that cannot be looked up counts as nothing, and so does an input that is gone.
    """
    size = modified = 0
    for file in html_files(path) if path.is_dir() else (path,):
        try:
            found = file.stat()
        except OSError:
            continue
        size += found.st_size
        modified = max(modified, found.st_mtime_ns)
    return size, modified


def check_inputs(plan: Plan, folder: Path) -> None:
    """See that inputs and blocklist are what they were when the run in ``folder`` was planned.

    Raises:
        DataError: one has changed or is gone.
    """
    for file in plan.inputs:
        path = plan.path_of(file, folder)
        if not path.exists():
            raise DataError(f"{path} is gone. Put it back, or start a new run.")
        if measured(path) != (file.size, file.modified_ns):
            raise DataError(
                f"{path} has changed since this run began, so what is left of it would not fit "
                "what is done. Start a new run."
            )
    blocklist_of(plan)


def _labels(paths: Sequence[Path]) -> str | None:
    """The folder with labels that some inputs lie in, if any."""
    return next((str(path.parent) for path in paths if has_labels(path.parent)), None)


def _blocklist(paths: Sequence[Path]) -> Literal["pocket", "none"]:
    """The pocket web's blocked sites are invented: they say nothing about other crawls."""
    return "pocket" if any((path.parent / INFO_FILE).is_file() for path in paths) else "none"


def _questions(paths: Sequence[Path]) -> Questions:
    """The world that the inputs tell of; of the open web's pages, the one that is asked about."""
    for path in paths:
        if (path.parent / INFO_FILE).is_file() and read_info(path.parent).preset == "pico":
            return "pico"
    return "nano"
