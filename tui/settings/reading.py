"""What the file and the environment say, each value checked: a wrong one costs only itself."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tui.settings.catalog import Catalog, near
from tui.settings.others import OTHERS
from tui.settings.setting import SettingError, shown

KEYS_VARIABLE = "LLMLAB_KEYS"
"""``app.quit=f10; compare.own=O``: the section ``keys`` in one variable."""

_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class Said(NamedTuple):
    """Values by key, and a sentence for each thing that does not hold."""

    values: dict[str, Any]
    problems: list[str]


def text_of(path: Path) -> str | None:
    """What a file says; None where it is not there or is no text."""
    if not os.path.isfile(path):
        return None  # Of a named pipe, reading would never end.
    try:
        return path.read_text("utf-8-sig")  # Some editors begin with a mark of the encoding.
    except (OSError, UnicodeDecodeError):
        return None


def read_file(path: Path, catalog: Catalog) -> Said:
    """What the file says; nothing where there is none."""
    if not os.path.exists(path):  # Unlike Path.exists, it fails in no folder.
        return Said({}, [])
    text = text_of(path)
    if text is None:
        words = f"{path} cannot be read as text, so no setting of it holds. Mend or delete it."
        return Said({}, [words])
    import tomllib  # Not before the first paint, where there is no file.

    from tui.settings.edit import flat

    try:
        found = flat(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        return Said({}, [_damage(path, str(error))])
    said = Said({}, [])
    for key, value in found.items():
        try:
            said.values[key] = catalog.checked(key, value)
        except SettingError as error:
            said.problems.append(f"{place(path, text, key)}: {error}")
    return said


def place(path: Path, text: str, key: str) -> str:
    """``/home/.../settings.toml, line 3``."""
    from tui.settings.edit import line_of

    line = line_of(text, key)
    return f"{path}, line {line}" if line else str(path)


def read_environment(environ: Mapping[str, str], catalog: Catalog) -> Said:
    """What the environment's variables say."""
    said = Said({}, [])
    ours = {name: text for name, text in environ.items() if name.startswith("LLMLAB_") and text}
    if not ours:
        return said
    variables = {setting.variable: setting.key for setting in catalog.settings}
    for name, text in ours.items():
        try:
            if name in variables:
                key = variables[name]
                said.values[key] = catalog.parsed(key, text)
            elif name == KEYS_VARIABLE:
                said.values.update(_keys_of(text))
            elif name not in OTHERS:
                known = [*variables, KEYS_VARIABLE, *OTHERS]
                meant = near(name, known, alike=0.8)  # All of them begin alike.
                said.problems.append(
                    f"The environment variable {name} sets nothing.{meant} Unset it."
                )
        except SettingError as error:
            said.problems.append(f"The environment variable {name}: {error}")
    return said


def _damage(path: Path, reason: str) -> str:
    found = _AT_LINE.search(reason)
    what = reason[: found.start()] if found else reason
    line = f", line {found[1]}" if found and found[1] else ""
    return (
        f"{path}{line}: {what[:1].lower()}{what[1:]}. This is not TOML, so no setting of the file "
        "holds. Mend it; a change made in the lab begins a new file and keeps this one beside it."
    )


def _keys_of(text: str) -> dict[str, str]:
    found = {}
    for part in map(str.strip, text.strip().removesuffix(";").split(";")):
        binding, equals, keys = map(str.strip, part.partition("="))
        if not (equals and binding and keys):
            raise SettingError(f"{shown(part)} is no pair such as app.quit=f10.")
        found[f"keys.{binding}"] = keys
    return found
