"""The forms of ``llmlab runs``'s commands."""

from __future__ import annotations

import argparse
from typing import Any


def add_runs(commands: Any, command: Any) -> None:
    """Add ``runs`` to the commands of ``llmlab``.

    Args:
        commands: what ``add_subparsers`` gave.
        command: makes what runs a module of ``tui.cli``.
    """
    text = "List the training runs; show, note, delete, bring back and export them."
    runs = commands.add_parser("runs", help=text, description=text)
    runs.set_defaults(run=command("runs"), what="list")
    runs.add_argument("--json", action="store_true", help="print JSON only on stdout")
    parts = runs.add_subparsers(metavar="WHAT", title="commands")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = parts.add_parser(name, help=text, description=text)
        sub.set_defaults(run=command("runs"), what=name)
        # Without a default of its own, so that ``runs --json show`` means the same.
        sub.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="print JSON only on stdout",
        )
        return sub

    sub = add("show", "Say all that is known of a run.")
    sub.add_argument("name", metavar="NAME")
    sub = add("note", "Write a note on a run, kept in its folder.")
    sub.add_argument("name", metavar="NAME")
    sub.add_argument("text", metavar="TEXT", help="an empty one takes the note away")
    sub = add("delete", "Move a run to the trash.")
    sub.add_argument("name", metavar="NAME")
    sub.add_argument("--yes", action="store_true", help="also if other runs were trained from it")
    sub = add("restore", "Bring a run back from the trash.")
    sub.add_argument("name", metavar="NAME")
    sub.add_argument("--as", dest="as_name", metavar="NAME", help="under another name")
    sub = add("trash", "List the runs in the trash, or delete them for good.")
    sub.add_argument("--empty", action="store_true", help="delete for good what is in it")
    add("lineage", "Show which checkpoint was trained from which.")
    add("disk", "Show what runs, models, corpora and the trash take of the disk.")
    _export(add("export", "Write the curves of runs to files."))


def _export(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("names", metavar="NAME", nargs="+", help="of a run, or as nano/rl of what "
                     "comes with the lab")  # fmt: skip
    form = sub.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", metavar="FILE", help='a line for each step; "-" is stdout')
    form.add_argument("--jsonl", metavar="FILE", help='the same as JSON objects; "-" is stdout')
    form.add_argument("--tensorboard", metavar="DIR", help="event files, a folder a run")
