"""The settings as lines to be shown: sections, values, who says so. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tui.settings.schema import SECTIONS
from tui.settings.setting import Setting, SettingError
from tui.settings.store import Settings

NOT_KEPT = "not kept"
"""The sign ``tui.notes.NOT_KEPT`` in the room that there is for who says so."""
MOST_NAMED = 9
"""Choices that are listed; of more it is said how many they are."""


class Row(NamedTuple):
    """A line: a section's heading where ``key`` is empty, else a setting."""

    key: str
    title: str
    value: str = ""
    origin: str = ""
    """Who says so, where it is not the default: ``yours``, or the variable that fixes it; or that
    the value does not stand in the file yet."""
    door: str = ""
    """The action that leads on from here, in place of a value."""


def rows(settings: Settings, wanted: str = "") -> list[Row]:
    """All of them, or those in which every word that is ``wanted`` stands."""
    words = wanted.lower().split()
    found: list[Row] = []
    for section in settings.catalog.sections:
        title = SECTIONS.get(section, section)
        inside = [row for row in _inside(settings, section) if _has(settings, row, title, words)]
        if inside:
            found += [Row("", title), *inside]
    return found


def about(settings: Settings, key: str) -> tuple[str, str]:
    """What a setting does, and what it may be."""
    setting = settings.catalog.by_key.get(key)
    table = settings.catalog.table_of(key)
    fixed = settings.fixed_by(key)
    if setting is not None:
        words = setting.help if setting.live else f"{setting.help} From the next start."
        choices = setting.choices()
        many = len(choices) > MOST_NAMED
        bounds = "" if setting.kind == "switch" else setting.bounds()
        bounds = f"One of {len(choices)}." if many else bounds
    else:
        words, bounds = table.help if table is not None else "", ""
    return words, f"Fixed by {fixed}; unset it to choose here." if fixed else bounds


def turned(setting: Setting[Any], value: object, by: int) -> object:
    """The next value of one that has few, or the one before it; None where it is to be typed."""
    if setting.kind == "switch":
        return not value
    choices = list(setting.choices())
    if setting.kind != "choice" or not choices:
        return None
    place = choices.index(value) + by if value in choices else 0
    return choices[place % len(choices)]


def mistake(settings: Settings, key: str, text: str) -> str:
    """What is wrong with a value while it is typed; empty where nothing is."""
    try:
        settings.catalog.parsed(key, text)
    except SettingError as error:
        return str(error)
    return ""


def _inside(settings: Settings, section: str) -> Iterator[Row]:
    known = [s for s in settings.catalog.settings if s.section == section]
    for setting in known:
        yield Row(
            setting.key,
            setting.title,
            setting.text(settings.value(setting)),
            _origin(settings, setting.key),
        )
    door = settings.catalog.door(section)
    if door:
        yield Row(f"{section}.", "all of them …", door=door)
    for name, value in sorted(settings.table(section).items()):
        key = f"{section}.{name}"
        if key not in settings.catalog.by_key:
            yield Row(key, name, value, _origin(settings, key))


def _origin(settings: Settings, key: str) -> str:
    if not settings.is_kept(key):
        return NOT_KEPT
    names = {"default": "", "file": "yours", "given": "this visit"}
    return names.get(settings.origin(key)) or settings.fixed_by(key)


def _has(settings: Settings, row: Row, title: str, words: list[str]) -> bool:
    text = " ".join((row.key, row.title, row.value, title, about(settings, row.key)[0])).lower()
    return all(word in text for word in words)
