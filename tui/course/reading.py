"""A folder of Markdown files as a course; each file is a step, in the order of their names.

A file begins with a line ``+++``, then TOML, then ``+++`` again; below stands the step's text. What
is wrong is said with file, line and key, and nothing of a wrong file is used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tui.course.conditions import Check, conditions
from tui.course.errors import CourseError
from tui.course.facts import KINDS
from tui.course.setups import SETUPS
from tui.course.steps import Course, Step
from tui.course.words import problem_of_keys, problem_of_values, with_keys
from tui.safe_text import one_line

LECTURE = Path(__file__).parent / "lecture"
"""The course that comes with the lab."""

MOST_BYTES = 64_000
MOST_STEPS = 99
MOST_LETTERS = {"title": 34, "part": 26, "text": 420, "action": 150, "done": 170, "hint": 220}
"""What there is room for on a terminal of 80x24."""

_MARK = "+++"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_NAME = re.compile(r"[a-z][a-z_]*")
_AT_LINE = re.compile(r"at line (\d+)")
_WANTED = ("id", "title", "part", "pane", "action", "done", "check")
_ALLOWED = (*_WANTED, "hint", "setup")
_OF_CHECK = ("fact", "name", "where", "before")


def read_course(folder: Path, keys: Container[str] | None = None) -> Course:
    """A course, whole.

    Args:
        folder: where its files lie.
        keys: the ids of all bindings, to hold ``{key:...}`` against; None where nobody knows them.

    Raises:
        CourseError: something is wrong with the folder, or with the first file that is.
    """
    steps = []
    for read in read_steps(folder, keys):
        if isinstance(read, CourseError):
            raise read
        steps.append(read)
    shipped = folder.resolve() == LECTURE.resolve()
    return Course(id=LECTURE.name if shipped else str(folder.resolve()), steps=tuple(steps))


def read_steps(folder: Path, keys: Container[str] | None = None) -> Iterator[Step | CourseError]:
    """A step a file, or what is wrong with it.

    Raises:
        CourseError: there is nothing to read.
    """
    seen: dict[str, str] = {}
    for path in _files(folder):
        try:
            step = _File(path).step(keys, seen)
        except CourseError as error:
            yield error
        else:
            seen[step.id] = path.name
            yield step


def _files(folder: Path) -> Sequence[Path]:
    try:
        found = [path for path in folder.iterdir() if path.suffix == ".md"]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CourseError(f"{folder} cannot be read: {reason}. Give a course's folder.") from error
    paths = sorted(path for path in found if path.name.lower() != "readme.md")
    if not paths:
        raise CourseError(f"{folder} has no step: a course is .md files, as docs/course.md says.")
    if len(paths) > MOST_STEPS:
        raise CourseError(f"{folder} has {len(paths)} steps, and {MOST_STEPS} are the most.")
    return paths


class _File:
    """One file, and where in it things stand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = self._text().split("\n")

    def _text(self) -> str:
        if self.path.exists() and not self.path.is_file():
            raise CourseError(f"{self.path} is no file; a step is a text.")
        try:
            data = self.path.read_bytes()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CourseError(f"{self.path} cannot be read: {reason}.") from error
        if len(data) > MOST_BYTES:
            raise CourseError(f"{self.path} has {len(data):,} bytes: {MOST_BYTES:,} are the most.")
        try:
            return data.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            raise CourseError(f"{self.path}, line {line}: this is not UTF-8.") from error

    def step(self, keys: Container[str] | None, seen: Mapping[str, str]) -> Step:
        """The step that stands here.

        Args:
            keys: the ids of all bindings; None where nobody knows them.
            seen: by the ids of the steps before it, the files in which they stand.

        Raises:
            CourseError: something is wrong with it.
        """
        table, text = self._front_matter()
        self._check_names(table, _ALLOWED, _WANTED)
        words = {name: self._string(table, name) for name in ("title", "part", "action", "done")}
        hint = self._string(table, "hint") if "hint" in table else ""
        pane = self._string(table, "pane")
        if pane not in SETUPS:
            raise self._wrong("pane", f"there is no pane {pane!r}; there are {', '.join(SETUPS)}")
        checks = tuple(self._checks(table["check"]))
        step = Step(
            id=self._id(table, seen),
            text=text,
            hint=hint,
            pane=pane,
            checks=checks,
            setup=self._setup(pane, table.get("setup", {})),
            **words,
        )
        self._check_words(step, keys)
        return step

    def _front_matter(self) -> tuple[dict[str, Any], str]:
        stripped = [line.rstrip() for line in self.lines]
        if stripped[0] != _MARK:
            raise CourseError(f"{self.path}, line 1: a step begins with a line {_MARK}.")
        if _MARK not in stripped[1:]:
            raise CourseError(f"{self.path}: the line {_MARK} that ends the table is missing.")
        end = stripped.index(_MARK, 1)
        try:
            table = tomllib.loads("\n".join(self.lines[1:end]))
        except RecursionError as error:
            raise CourseError(f"{self.path}: its table is nested too deeply.") from error
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            line = int(at[1]) + 1 if at else end + 1
            what = str(error).split(" (at ")[0]
            sentence = f"{self.path}, line {line}: this is not TOML: {what}."
            raise CourseError(sentence) from error
        text = " ".join("\n".join(self.lines[end + 1 :]).split())
        if not text:
            raise CourseError(f"{self.path}, line {end + 2}: the text below the table is missing.")
        return table, text

    def _check_names(
        self,
        table: Mapping[str, Any],
        allowed: Sequence[str],
        wanted: Sequence[str] = (),
        *,
        inside: str = "",
    ) -> None:
        for name in table:
            if name not in allowed:
                near = get_close_matches(name, allowed, n=1)
                hint = f"is {near[0]!r} meant?" if near else f"there are {', '.join(allowed)}"
                raise self._wrong(f"{inside}{name}", f"there is no such key; {hint}")
        for name in wanted:
            if name not in table:
                raise CourseError(f"{self.path}: {inside}{name} is missing.")

    def _string(self, table: Mapping[str, Any], name: str, *, inside: str = "") -> str:
        value = table[name]
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(f"{inside}{name}", "a text is wanted, between quotes")
        return " ".join(value.split())

    def _id(self, table: Mapping[str, Any], seen: Mapping[str, str]) -> str:
        found = self._string(table, "id")
        if _ID.fullmatch(found) is None:
            raise self._wrong("id", f"{found!r} is none; take up to 40 of a-z, 0-9 and -")
        if found in seen:
            raise self._wrong("id", f"{found!r} is that of {seen[found]} as well; take another")
        return found

    def _setup(self, pane: str, table: Any) -> Mapping[str, Any]:
        if not isinstance(table, dict):
            raise self._wrong("setup", "a table is wanted: [setup]")
        forms = SETUPS[pane]
        self._check_names(table, tuple(forms), inside="setup.")
        for name, value in table.items():
            problem = forms[name].problem(value)
            if problem:
                raise self._wrong(f"setup.{name}", problem)
        return table

    def _checks(self, tables: Any) -> Iterator[Check]:
        tables = [tables] if isinstance(tables, dict) else tables
        if not isinstance(tables, list) or not tables or not isinstance(tables[0], dict):
            raise self._wrong("check", "a table is wanted: [check]")
        names: set[str] = set()
        for number, table in enumerate(tables):
            self._check_names(table, _OF_CHECK, ("fact",), inside="check.")
            check = self._check(table, number)
            if check.name in names:
                what = f"two checks are called {check.name!r}; give one another name"
                raise self._wrong("check.name", what, number)
            names.add(check.name)
            yield check

    def _check(self, table: Mapping[str, Any], number: int) -> Check:
        kind = self._string(table, "fact", inside="check.")
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, n=1)
            hint = f"is {near[0]!r} meant?" if near else f"there are {', '.join(KINDS)}"
            raise self._wrong("check.fact", f"there is no fact {kind!r}; {hint}", number)
        name = self._string(table, "name", inside="check.") if "name" in table else kind
        if _NAME.fullmatch(name) is None:
            raise self._wrong("check.name", f"{name!r} is none; take a-z and _", number)
        before, where = table.get("before", False), table.get("where", {})
        if not isinstance(before, bool):
            raise self._wrong("check.before", f"{before!r} is not true or false", number)
        if not isinstance(where, dict):
            raise self._wrong("check.where", "a table is wanted: where = { ... }", number)
        try:
            return Check(name, kind, tuple(conditions(kind, where)), before)
        except ValueError as error:
            key, _, what = str(error).partition(": ")
            raise self._wrong(f"check.where.{key}", what, number) from error

    def _check_words(self, step: Step, keys: Container[str] | None) -> None:
        by_name = {check.name: check for check in step.checks}
        for name, problem in (
            ("action", problem_of_keys(step.action, keys)),
            ("hint", problem_of_keys(step.hint, keys)),
            ("done", problem_of_values(step.done, by_name)),
        ):
            if problem:
                raise self._wrong(name, problem)
        for name, most in MOST_LETTERS.items():
            # A key takes two cells or three, whatever its binding is called.
            length = len(with_keys(getattr(step, name), lambda id_: "^x"))
            if length > most:
                what = f"it has {length} letters, and there is room for {most}; say it shorter"
                raise self._wrong(name, what)

    def _wrong(self, key: str, what: str, check: int = 0) -> CourseError:
        line = self._line_of(key.split("."), check)
        at = f", line {line}" if line else ""
        stop = "" if what.endswith("?") else "."
        return CourseError(f"{self.path}{at}: {one_line(key)}: {one_line(what)}{stop}")

    def _line_of(self, keys: Sequence[str], check: int) -> int | None:
        """Where a key stands: the first line that has it, from the check's own table on."""
        first = 0
        heads = [n for n, line in enumerate(self.lines) if re.match(r"\s*\[+\s*check\b", line)]
        if keys[0] == "check" and check < len(heads):
            first = heads[check]
        if keys[-1] == "text" and len(keys) == 1:
            return None  # It stands below the table, and has no key.
        pattern = re.compile(rf"(^|[\s{{,\[.])[\"']?{re.escape(keys[-1])}[\"']?\s*([=\]])")
        for number, line in enumerate(self.lines[first:], start=first + 1):
            if pattern.search(line):
                return number
        return None
