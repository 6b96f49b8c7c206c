"""The forms of ``llmlab settings``, and of what the bare command says of the screen."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_settings(commands: Any, command: Callable[[str], Any]) -> None:
    """``settings``, ``settings set``, ``settings reset``, ``settings path``."""
    text = "List the settings, or change one; docs/settings.md says what each does."
    top = commands.add_parser("settings", help=text, description=text)
    top.set_defaults(run=command("settings"), action="list")
    top.add_argument("--json", action="store_true", help="print JSON only on stdout")
    parts = top.add_subparsers(metavar="ACTION", title="actions")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = parts.add_parser(name, help=words, description=words)
        sub.set_defaults(action=name)
        # Not the default, which would undo the same option before the action.
        sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS,
                         help="print JSON only on stdout")  # fmt: skip
        return sub

    sub = add("set", "Choose a value and keep it in the file.")
    sub.add_argument("key", metavar="KEY", help="such as compare.temperature")
    sub.add_argument("value", metavar="VALUE", help="lists with commas between")
    sub = add("reset", "Take a value back.")
    sub.add_argument("key", metavar="KEY", help="such as compare.temperature")
    add("path", "Say where the file lies.")


def add_screen_options(parser: argparse.ArgumentParser) -> None:
    """Options of the app itself, for this visit only."""
    parser.add_argument("--theme", metavar="NAME", help="colours, such as lab-contrast or lab-ansi")
    parser.add_argument(
        "--ascii", action="store_true", help="draw with ASCII signs only, for plain terminals"
    )
    text = "a course of your own (docs/course.md)"
    parser.add_argument("--course", metavar="FOLDER", type=Path, help=text)
