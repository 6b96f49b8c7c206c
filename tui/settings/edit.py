"""Changes one key in the text of a TOML file; every other line stays as a person has written it.

A library that keeps comments (tomlkit) would be a dependency for what a few lines do, since the
standard library's parser checks the result: it must say what the file said before, and the change.
"""

from __future__ import annotations

import json
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Flat = dict[str, Any]
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header or a key with its value: lines ``first`` to ``last``, counted from 0."""

    path: str
    first: int
    last: int
    header: bool


class CannotEditError(Exception):
    """The file says it in a way in which a single line cannot be changed."""


def flat(tables: Mapping[str, Any], before: str = "", depth: int = 0) -> Flat:
    """``{"a": {"b": 1}}`` as ``{"a.b": 1}``: keys with dots in them need no quotes either way.

    Raises:
        ValueError: tables stand in tables in tables, and on; no settings are like that.
    """
    if depth > DEEPEST:
        raise ValueError("Tables are nested too deeply")
    found: Flat = {}
    for key, value in tables.items():
        path = f"{before}.{key}" if before else key
        if isinstance(value, dict):
            found |= flat(value, path, depth + 1)
        else:
            found[path] = value
    return found


def line_of(text: str, key: str) -> int | None:
    """The line, counted from 1, where ``key`` or what it stands in begins."""
    nearest = None
    for statement in _statements(text):
        if statement.path == key:
            return statement.first + 1
        if key.startswith(f"{statement.path}."):
            nearest = statement.first + 1
    return nearest


def with_value(text: str, key: str, value: object, about: str) -> str:
    """The text with ``key`` set to ``value``; the words ``about`` it go before a new line.

    Raises:
        CannotEditError: no line can be changed to that effect.
    """
    section, _, name = key.partition(".")
    lines = text.split("\n")
    assignment = f"{_quoted(name)} = {toml(value)}"
    statements = _statements(text)
    at = next((s for s in statements if s.path == key and not s.header), None)
    if at is not None:
        lines[at.first : at.last + 1] = [_replaced(lines[at.first : at.last + 1], toml(value))]
    else:
        added = [*_comment(about), assignment]
        header = next((s for s in statements if s.header and s.path == section), None)
        if header is None:
            while lines and not lines[-1].strip():
                lines.pop()
            lines += [*([""] if lines else []), f"[{section}]", *added, ""]
        else:
            end = _end_of_section(statements, header)
            lines[end + 1 : end + 1] = added
    return _checked(text, "\n".join(lines), {**flat(tomllib.loads(text)), key: value})


def without(text: str, key: str, about: str) -> str:
    """The text without ``key`` and without the words ``about`` it.

    Raises:
        CannotEditError: no line can be taken away to that effect.
    """
    said = flat(tomllib.loads(text))
    if said.pop(key, None) is None:
        return text
    lines = text.split("\n")
    at = next((s for s in _statements(text) if s.path == key and not s.header), None)
    if at is not None:
        comment = _comment(about)
        first = at.first - len(comment)
        first = first if comment and first >= 0 and lines[first : at.first] == comment else at.first
        del lines[first : at.last + 1]
    return _checked(text, "\n".join(lines), said)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for the one control character that JSON lets stand.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _statements(text: str) -> list[_Statement]:
    """All of them, in order; ``text`` is valid TOML, so each ends where it first parses."""
    lines = text.split("\n")
    found: list[_Statement] = []
    section, first = "", 0
    while first < len(lines):
        if lines[first].strip() and not lines[first].lstrip().startswith("#"):
            last = first
            while (said := _parsed("\n".join(lines[first : last + 1]))) is None:
                last += 1
            path, header = _path(said), lines[first].lstrip().startswith("[")
            if header:
                section = path
            whole = path if header or not section else f"{section}.{path}"
            found.append(_Statement(whole, first, last, header))
            first = last
        first += 1
    return found


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _path(said: Mapping[str, Any]) -> str:
    """The key of a statement: down to the first value that is no table of one entry."""
    ((key, value),) = said.items()
    return f"{key}.{_path(value)}" if isinstance(value, dict) and len(value) == 1 else key


def _end_of_section(statements: list[_Statement], header: _Statement) -> int:
    end = header.last
    for statement in statements[statements.index(header) + 1 :]:
        if statement.header:
            break
        end = statement.last
    return end


def _replaced(lines: list[str], value: str) -> str:
    """The statement with another value: its key and a comment behind it stay."""
    statement = "\n".join(lines)
    signs = [i for i, c in enumerate(statement) if c == "="]
    equals = next(i for i in signs if _parsed(f"{statement[:i]}= 0") is not None)
    ends = (i for i, c in enumerate(statement) if c == "#" and _parsed(statement[:i]) is not None)
    comment = next(ends, None)
    tail = f"  {statement[comment:]}" if comment is not None else ""
    return f"{statement[:equals].rstrip()} = {value}{tail}"


def _checked(before: str, text: str, said: Flat) -> str:
    found = _parsed(text)
    # By their signs: a NaN that somebody wrote is still the same.
    if found is None or repr(sorted(flat(found).items())) != repr(sorted(_listed(said).items())):
        raise CannotEditError(before)
    return text


def _listed(said: Flat) -> Flat:
    return {key: list(v) if isinstance(v, tuple) else v for key, v in said.items()}


def _quoted(name: str) -> str:
    bare = name.replace("_", "").replace("-", "").isalnum() and name.isascii()
    return name if bare else toml(name)


def _comment(about: str) -> list[str]:
    return textwrap.wrap(about, 96, initial_indent="# ", subsequent_indent="# ")
