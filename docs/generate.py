"""Writes the pages that are made from the program itself; ``--check`` says whether they are fresh.

python docs/generate.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commands_page() -> str:
    """``commands.md``: every command with its options, from the parser.

    Its own tables and not ``--help``, whose wording is another one in each release of Python.
    """
    from tui.cli.parser import build_parser

    lines = [
        "# The command line",
        "",
        "Most commands take `--json`: stdout is then JSON only, narration goes to stderr. "
        "Mistakes are one sentence and exit code 2.",
    ]
    for name, parser in _commands("llmlab", build_parser()):
        lines += ["", f"## {name}", "", _cell(parser.description or "")]
        rows = [row for action in parser._actions if (row := _row(action)) is not None]
        if rows:
            lines += ["", "| | |", "|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _commands(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, sub in action.choices.items():
                yield from _commands(f"{name} {word}", sub)


def _row(action: argparse.Action) -> str | None:
    if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
        return None
    if action.option_strings == ["--json"]:
        return None  # said above, once for all
    names = ", ".join(action.option_strings)
    metavar = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
    value = " ".join(metavar) if isinstance(metavar, tuple) else metavar
    if not names or action.nargs != 0:
        value = value or action.dest.upper()
    shown = " ".join(filter(None, (names, value)))
    text = (action.help or "") % {**vars(action), "prog": "llmlab"}
    return f"| `{shown.replace('|', chr(92) + '|')}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def settings_page() -> str:
    """``settings.md``: every setting, from the schema."""
    from tui.settings.page import settings_page

    return settings_page()


def keys_page() -> str:
    """``keys.md``: every binding, from the classes that declare them."""
    from tui.keys.listing import page

    return page()


def reach_page() -> str:
    """``tui/keys/reach.jsonl``: what a person's own keys are checked against."""
    from tui.keys.reach import page

    return page()


PAGES: dict[str, Callable[[], str]] = {
    "docs/commands.md": commands_page,
    "docs/settings.md": settings_page,
    "docs/keys.md": keys_page,
    "tui/keys/reach.jsonl": reach_page,
}
"""Pages by the name of their file."""


def stale() -> list[str]:
    """The pages that are not what the program says now."""
    return [
        name
        for name, page in PAGES.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text("utf-8") != page()
    ]


def main() -> int:
    """Write or check."""
    if "--check" in sys.argv[1:]:
        for name in (found := stale()):
            print(f"{name} is stale: run python docs/generate.py", file=sys.stderr)
        return 1 if found else 0
    for name in stale():
        (ROOT / name).write_text(PAGES[name](), "utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
