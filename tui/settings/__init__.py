"""Settings: what there is to choose, what holds, and who says so.

``setting``  one setting: its type, its bounds, how it is read
``schema``   all of them
``catalog``  the same by key
``reading``  what the file and the environment say
``store``    given for this visit > environment > file > default
``edit``     changes a line of the file and no other
``legacy``   takes over the file of older versions
``live``     lets a change hold in the running app
``page``     the page of the docs

Whoever needs a value asks for it: ``settings.value(schema.TEMPERATURE)``. Nothing slow is imported
where there is no file: the theme is asked for before the first paint.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from engine import paths
from tui.settings.setting import Setting
from tui.settings.store import Settings

T = TypeVar("T")

_opened: Settings | None = None


def settings_path() -> Path:
    """Where the file lies."""
    return paths.home() / "settings.toml"


def open_settings(given: Mapping[str, str] | None = None) -> Settings:
    """Read the file and the environment anew; what ``given`` says by key holds for this visit.

    Raises:
        SettingError: a given value is none that its setting can have.
    """
    global _opened
    path = settings_path()
    old = path.with_name("settings.json")
    said = ""
    if os.path.exists(old) and not os.path.exists(path):
        from tui.settings.legacy import take_over

        said = take_over(old, path)
    _opened = Settings(path, os.environ, given=given)
    if said:
        _opened.problems.append(said)
    return _opened


def current() -> Settings:
    """The settings that were opened last, for the folder that holds now."""
    if _opened is None or _opened.path != settings_path():
        return open_settings()
    return _opened


def value(setting: Setting[T]) -> T:
    """What holds of a setting."""
    return current().value(setting)


def chosen(setting: Setting[T]) -> bool:
    """Whether somebody has chosen its value: then it holds also over what was left at the last
    visit."""
    return current().origin(setting.key) != "default"


def keys() -> Mapping[str, str]:
    """Other keys for bindings, by their ids."""
    return current().table("keys")


def remembered_policies() -> dict[str, str]:
    """What was chosen for tools' calls (``tui.chat.policy``)."""
    return current().table("policies")


def remember_policies(chosen: Mapping[str, str]) -> None:
    """Keep the policies that differ from before for the next start. Blocks.

    Raises:
        LabError: the file cannot be written, or the environment fixes one of them.
    """
    opened = current()
    keys = {f"policies.{name}": policy for name, policy in chosen.items()}
    changed = [key for key, policy in keys.items() if opened.take(key, policy)]
    if changed:
        opened.keep(*changed)
