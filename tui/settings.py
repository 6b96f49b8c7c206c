"""What the app remembers between visits: one small JSON file in the lab's folder."""

from __future__ import annotations

from pathlib import Path

from engine import paths
from engine.errors import LabError


def settings_path() -> Path:
    """Where the file lies."""
    return paths.home() / "settings.json"


def remembered_theme() -> str | None:
    """The theme chosen last; None when none was chosen or the file does not say."""
    path = settings_path()
    if not path.exists():
        return None
    from engine.files import read_json  # Not before the first paint, where there is no file.

    try:
        value = read_json(path)
    except LabError:
        return None  # A damaged settings file costs a theme, never the start.
    theme = value.get("theme") if isinstance(value, dict) else None
    return theme if isinstance(theme, str) else None


def remember_theme(theme: str) -> None:
    """Keep the theme for the next start.

    Raises:
        LabError: the file cannot be written.
    """
    from engine.files import write_json

    write_json(settings_path(), {"theme": theme})
