"""``llmlab runs``: the training runs, and what can be done with them when they are over."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine import paths, run_keeping, trash
from engine.disk_use import disk_use
from engine.errors import RunError
from engine.lineage import drawn, lineage
from engine.runs import folder_of, list_runs
from engine.train.curve_files import Form, Run, write_file, write_lines
from engine.train.tensorboard import began_at, write_events
from tui.cli.output import emit_json, narrate, printable, table
from tui.runs.lineage_text import figures_words, made_words, node_record
from tui.runs.listing import Listing
from tui.runs.row import DAMAGED, Row, row_record
from tui.runs.table import Order, figure_words, size_words, sorted_rows, steps_words, time_words


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for; without a word more, list the runs."""
    commands: dict[str, Callable[[argparse.Namespace], None]] = {
        "list": _list,
        "show": _show,
        "note": _note,
        "delete": _delete,
        "restore": _restore,
        "trash": _trash,
        "lineage": _lineage,
        "disk": _disk,
        "export": _export,
    }
    commands[arguments.what](arguments)
    return 0


def _rows(names: Sequence[str] = ()) -> list[Row]:
    """All rows, or those of some names."""
    listing, runs = Listing(), list_runs()
    wanted = [row for row in listing.rows(runs) if not names or row.name in names]
    listing.read_more(wanted, float("inf"))
    return [row for row in listing.rows(runs) if not names or row.name in names]


def _row(name: str) -> Row:
    """A row by its name; what comes with the lab has one too."""
    for row in _rows([name]):
        return row
    folder_of(name)  # which says what there is
    raise RunError(f"The run {name!r} was deleted while it was read. See: llmlab runs")


def _record(row: Row) -> dict[str, Any]:
    return {**row_record(row), "message": row.message, "path": str(row.path)}


def _list(arguments: argparse.Namespace) -> None:
    rows = sorted_rows(_rows(), Order())
    if arguments.json:
        for row in rows:
            emit_json(_record(row))
        return
    head = ("run", "stage", "size", "state", "steps", "figure", "time", "on disk", "started",
            "note")  # fmt: skip
    lines = [
        (row.name, row.stage, row.preset, row.state, steps_words(row), figure_words(row),
         time_words(row), size_words(row.extra.size) if row.extra else "", row.started[:16],
         row.note.replace("\n", " "))
        for row in rows
    ]  # fmt: skip
    table([head, *lines], right=(4, 5, 6, 7))
    deleted = run_keeping.deleted_runs()
    if deleted:
        narrate(f"{len(deleted)} in the trash: llmlab runs trash")


def _show(arguments: argparse.Namespace) -> None:
    row = _row(arguments.name)
    if arguments.json:
        emit_json(_record(row))
        return
    if row.state == DAMAGED:
        raise RunError(f"{row.message} Delete it: llmlab runs delete {row.name}")
    lines = {
        "run": row.name,
        "stage": f"{row.stage} ({row.preset})",
        "state": row.state,
        "steps": steps_words(row),
        "figure": figure_words(row),
        "time": time_words(row),
        "on disk": size_words(row.extra.size) if row.extra else "",
        "started": row.started,
        "from": row.parent or "nothing",
        "says": row.message,
        "note": row.note,
        "folder": str(row.path),
    }
    for name, value in lines.items():
        if value:
            print(f"{name:8} {printable(value)}")


def _note(arguments: argparse.Namespace) -> None:
    run_keeping.write_note(_folder(arguments.name), arguments.text)
    narrate("The note is kept." if arguments.text.strip() else "The note is taken away.")


def _folder(name: str) -> Path:
    return paths.shipped_folder() / name if "/" in name else folder_of(name)


def _delete(arguments: argparse.Namespace) -> None:
    name = arguments.name
    if "/" in name and (paths.shipped_folder() / name).is_dir():
        raise RunError(f"{name!r} comes with the lab, so it cannot be deleted.")
    folder_of(name)
    others = run_keeping.children(name)
    if others and not arguments.yes:
        raise RunError(
            f"The run {name!r} is the parent of {', '.join(others)}. They keep what they have "
            "learned, but their lineage then ends here. Delete it with: "
            f"llmlab runs delete {name} --yes"
        )
    run_keeping.delete_run(name)
    narrate(f"{name} is in the trash. Bring it back with: llmlab runs restore {name}")


def _restore(arguments: argparse.Namespace) -> None:
    entry = run_keeping.find_deleted(arguments.name)
    name = run_keeping.restore_run(entry, name=arguments.as_name)
    narrate(f"{name} is back.")


def _trash(arguments: argparse.Namespace) -> None:
    deleted = run_keeping.deleted_runs()
    if arguments.empty:
        trash.empty()
        narrate(f"Deleted for good: {len(deleted)}.")
    elif arguments.json:
        for entry in deleted:
            emit_json({**asdict(entry), "folder": str(entry.folder)})
    elif deleted:
        table([("run", "deleted"), *((entry.name, entry.deleted) for entry in deleted)])
    else:
        narrate("The trash is empty.")


def _lineage(arguments: argparse.Namespace) -> None:
    for line in drawn(lineage()):
        node = line.node
        if arguments.json:
            emit_json({**node_record(node), "metrics": node.metrics})
        else:
            facts = (node.stage, node.sha256[:8], made_words(node), figures_words(node))
            print(line.boxes + printable("  ".join(filter(None, (node.name, *facts)))))


def _disk(arguments: argparse.Namespace) -> None:
    use = disk_use()
    if arguments.json:
        shares = [{**asdict(share), "path": str(share.path)} for share in use.shares]
        sizes = {"total": use.total, "free": use.free, "capacity": use.capacity}
        emit_json({"shares": shares, **sizes})
        return
    lines = [(share.name, size_words(share.size)) for share in use.shares]
    lines += [("all of it", size_words(use.total)), ("free on the disk", size_words(use.free))]
    table([("what", "size"), *lines], right=(1,))


def _export(arguments: argparse.Namespace) -> None:
    rows = [_row(name) for name in dict.fromkeys(arguments.names)]
    runs: list[Run] = [(row.name.replace("/", "-"), row.path) for row in rows]
    if arguments.tensorboard is not None:
        folder = paths.expanded(arguments.tensorboard)
        n = write_events(runs, folder, began=[began_at(row.started) for row in rows])
        narrate(f"{n} scalars are in {folder}: tensorboard --logdir {folder}")
        return
    form: Form = "csv" if arguments.csv is not None else "jsonl"
    target = arguments.csv if form == "csv" else arguments.jsonl
    if target == "-":
        write_lines(runs, form, sys.stdout)
        return
    path = paths.expanded(target)
    narrate(f"{write_file(runs, form, path)} lines are in {path}.")
