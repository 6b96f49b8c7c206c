"""``llmlab course``: the steps of a course, and what is wrong with one."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.cli.output import emit_json, narrate, printable
from tui.course.errors import CourseError
from tui.course.reading import LECTURE, read_steps
from tui.keys.catalogue import all_bindings


def run(arguments: argparse.Namespace) -> int:
    """List the steps of a course and say what is wrong with its files.

    Raises:
        CourseError: there is no course in the folder.
    """
    folder = Path(arguments.folder).expanduser() if arguments.folder else LECTURE
    wrong = 0
    for number, read in enumerate(read_steps(folder, all_bindings()), start=1):
        if isinstance(read, CourseError):
            wrong += 1
            narrate(str(read))
        elif arguments.json:
            facts = [check.kind for check in read.checks]
            emit_json({"id": read.id, "title": read.title, "pane": read.pane, "facts": facts})
        else:
            print(printable(f"{number:>3}  {read.id:<16} {read.pane:<9} {read.title}"))
    if wrong:
        files = "1 file is" if wrong == 1 else f"{wrong} files are"
        narrate(f"{files} wrong; nothing of a wrong course is opened.")
        return 2
    return 0
