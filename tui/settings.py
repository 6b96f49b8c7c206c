"""What the app remembers between visits: one small JSON file in the lab's folder."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import LabError

_WRITING = threading.Lock()
"""Each setting is put beside what the file holds of the others."""


def settings_path() -> Path:
    """Where the file lies."""
    return paths.home() / "settings.json"


def remembered_theme() -> str | None:
    """The theme chosen last; None when none was chosen or the file does not say."""
    theme = _read().get("theme")
    return theme if isinstance(theme, str) else None


def remember_theme(theme: str) -> None:
    """Keep the theme for the next start.

    Raises:
        LabError: the file cannot be written.
    """
    _remember("theme", theme)


def remembered_policies() -> dict[str, str]:
    """What was chosen for tools' calls (``tui.chat.policy``), as far as the file says."""
    found = _read().get("policies")
    if not isinstance(found, dict):
        return {}
    return {tool: policy for tool, policy in found.items() if isinstance(policy, str)}


def remember_policies(chosen: Mapping[str, str]) -> None:
    """Keep the policies for the next start.

    Raises:
        LabError: the file cannot be written.
    """
    if dict(chosen) != remembered_policies():  # A file that says nothing slows the next start.
        _remember("policies", dict(chosen))


def _read() -> dict[str, Any]:
    path = settings_path()
    if not path.exists():
        return {}
    from engine.files import read_json  # Not before the first paint, where there is no file.

    try:
        value = read_json(path)
    except LabError:
        return {}  # A damaged settings file costs the settings, never the start.
    return value if isinstance(value, dict) else {}


def _remember(name: str, value: object) -> None:
    from engine.files import write_json

    with _WRITING:
        write_json(settings_path(), {**_read(), name: value})
