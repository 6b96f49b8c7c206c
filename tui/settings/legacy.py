"""Takes over ``settings.json``, in which older versions kept a theme and the tools' policies."""

from __future__ import annotations

from pathlib import Path

from engine.errors import LabError
from engine.files import read_json
from tui.settings.schema import THEME
from tui.settings.setting import SettingError
from tui.settings.store import Settings


def take_over(old: Path, new: Path) -> str:
    """Write into ``new`` what ``old`` says, and put ``old`` aside; once.

    Returns:
        Why that could not be done, else an empty string. Then the old file is tried again at the
        next start.
    """
    try:
        said = read_json(old)
    except LabError:
        said = {}  # It cost its settings before, too.
    settings = Settings(new, {})
    found = said if isinstance(said, dict) else {}
    policies = found.get("policies")
    wanted = {THEME.key: found.get("theme", THEME.default)}
    if isinstance(policies, dict):
        wanted |= {f"policies.{name}": policy for name, policy in policies.items()}
    taken = []
    for key, value in wanted.items():
        try:
            settings.take(key, value)
        except SettingError:
            continue  # It did not hold before either.
        taken.append(key)
    try:
        settings.keep(*taken)
        old.rename(old.with_suffix(".json.old"))
    except (LabError, OSError) as error:
        return f"The settings of {old} could not be taken over into {new.name}: {error}"
    return ""
