"""What a person does with runs that are there: notes on them, deleting them, bringing them back."""

from __future__ import annotations

from pathlib import Path

from engine import paths, trash
from engine.background import NAME, one_at_a_time
from engine.errors import RunError
from engine.files import disk_error, write_atomic
from engine.runs import ALIVE, RunStatus, folder_of, list_runs, read_status
from engine.trash import Trashed

NOTE = "note.txt"
"""In the run's folder, so that it goes where the run goes."""
MOST_NOTE = 2000
"""Characters."""
_KIND = "run"


def read_note(folder: Path) -> str:
    """The note on a run, empty where there is none that can be read."""
    try:
        with (folder / NOTE).open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_NOTE).strip()
    except OSError:
        return ""


def write_note(folder: Path, text: str) -> None:
    """Write the note on a run, or take it away where ``text`` is empty.

    Raises:
        RunError: the run comes with the lab or is gone, or the note is too long.
        LabError: the disk is full, or the folder may not be written to.
    """
    if paths.shipped_folder() in folder.parents:
        raise RunError(f"The run {folder.name!r} comes with the lab, so it takes no note.")
    if not folder.is_dir():
        raise RunError(f"The run {folder.name!r} is not there any more: {folder} is gone.")
    text = text.strip()
    if len(text) > MOST_NOTE:
        raise RunError(
            f"A note of {len(text)} characters is too long: {MOST_NOTE} are kept. Shorten it."
        )
    path = folder / NOTE
    if text:
        # Half a surrogate pair, as a command line can hand over, has no UTF-8.
        write_atomic(path, f"{text}\n".encode("utf-8", "replace"))
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(path, error) from error


def children(name: str) -> list[str]:
    """Names of the runs that began at the checkpoint of the run ``name``, oldest first."""
    return [run.name for run in reversed(list_runs()) if run.parent == name]


def delete_run(name: str) -> Trashed:
    """Move a run's folder to the trash; also one that cannot be read.

    Raises:
        RunError: there is none of that name, or it is training.
        LabError: the folder may not be moved.
    """
    with one_at_a_time(paths.runs_folder()):
        folder = folder_of(name)
        status = _status_of(name)
        if status is not None and status.state in ALIVE:
            raise RunError(
                f"The run {name!r} is {status.state} (step {status.step} of "
                f"{status.total_steps}). Stop it first, then delete it."
            )
        return trash.put(folder, _KIND)


def _status_of(name: str) -> RunStatus | None:
    """None for a run that cannot be read: no process of ours writes there."""
    try:
        return read_status(name)
    except RunError:
        return None


def deleted_runs() -> list[Trashed]:
    """Runs in the trash, deleted last first."""
    return [entry for entry in trash.listed() if entry.kind == _KIND]


def find_deleted(name: str) -> Trashed:
    """The run of that name that was deleted last.

    Raises:
        RunError: none in the trash is called so.
    """
    there = deleted_runs()
    for entry in there:
        if entry.name == name:
            return entry
    known = ", ".join(dict.fromkeys(entry.name for entry in there)) or "none"
    raise RunError(f"There is no run {name[:80]!r} in the trash. There are: {known}.")


def restore_run(entry: Trashed, *, name: str | None = None) -> str:
    """Bring a run back from the trash, under its own name or another.

    Returns:
        Its name now.

    Raises:
        RunError: there is a run of that name again, or none can be called so.
        LabError: it is not in the trash any more, or may not be moved.
    """
    name = name if name is not None else entry.name
    if not NAME.fullmatch(name):
        raise RunError(
            f"{name[:80]!r} cannot name a run. Use letters, digits, dots and dashes, 64 at most."
        )
    target = paths.runs_folder() / name
    with one_at_a_time(paths.runs_folder()):
        if target.exists():
            raise RunError(
                f"There is a run {name!r} again. Bring this one back under another name: "
                f"llmlab runs restore {entry.name} --as NAME"
            )
        trash.take_back(entry, target)
    return name


def free_name(name: str) -> str:
    """``name``, or where a run is called so already ``name.2``, ``name.3``."""
    runs, number, free = paths.runs_folder(), 1, name
    while (runs / free).exists():
        number += 1
        free = f"{name[:56]}.{number}"
    return free
