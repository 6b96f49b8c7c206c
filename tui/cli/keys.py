"""``llmlab keys``: every binding with the key that it has."""

from __future__ import annotations

import argparse
from itertools import groupby

from tui import settings
from tui.cli.output import emit_json, narrate
from tui.keys.choosing import check
from tui.keys.listing import markdown, rows


def run(arguments: argparse.Namespace) -> int:
    """Print them; what is wrong in the settings goes to stderr."""
    checked = check(settings.keys())
    for problem in checked.problems.values():
        narrate(problem)
    listed = rows(checked.keys)
    if arguments.json:
        emit_json(
            [
                {
                    "id": row.bound.id,
                    "keys": list(row.keys),
                    "words": row.bound.words,
                    "where": row.bound.where,
                    "own": row.own,
                }
                for row in listed
            ]
        )
    elif arguments.markdown:
        print(markdown(listed).strip())
    else:
        for where, group in groupby(listed, key=lambda row: row.bound.where):
            print(where)
            for row in group:
                own = "  (your own)" if row.own else ""
                print(f"  {row.shown:20}  {row.bound.words:24}  {row.bound.id}{own}")
    return 0
