"""What there is to set, by key: settings, and sections whose keys are not known beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tui.settings.schema import SETTINGS, TABLES
from tui.settings.setting import Setting, SettingError, Table, shown


class Catalog:
    """Settings and tables; tests bring their own."""

    def __init__(
        self, settings: Sequence[Setting[Any]] = SETTINGS, tables: Sequence[Table] = TABLES
    ) -> None:
        self.settings = tuple(settings)
        self.by_key = {setting.key: setting for setting in settings}
        self._tables = {table.section: table for table in tables}

    def door(self, section: str) -> str:
        """The action that shows a screen of its own for a section; empty where there is none."""
        table = self._tables.get(section)
        return table.door if table is not None else ""

    @property
    def sections(self) -> list[str]:
        """In the order in which they first come."""
        return list(dict.fromkeys([*(s.section for s in self.settings), *self._tables]))

    def setting(self, key: str) -> Setting[Any]:
        """The setting of a key.

        Raises:
            SettingError: there is none.
        """
        if key in self.by_key:
            return self.by_key[key]
        meant = near(key, self.by_key)
        raise SettingError(f"There is no setting {shown(key)}.{meant} llmlab settings lists all.")

    def check_key(self, key: str) -> None:
        """Raise SettingError where nothing of that key can be set."""
        if self.table_of(key) is None:
            self.setting(key)

    def default(self, key: str) -> object:
        """What holds where nobody says anything; None of a table's key."""
        return self.by_key[key].default if key in self.by_key else None

    def parsed(self, key: str, text: str) -> object:
        """The value that was typed for a key.

        Raises:
            SettingError: it cannot be one, or there is no such key.
        """
        table = self.table_of(key)
        if key in self.by_key or table is None:
            return self.setting(key).parsed(text)
        return table.checked(key.partition(".")[2], text.strip())

    def checked(self, key: str, value: object) -> object:
        """The value that a file holds for a key.

        Raises:
            SettingError: it cannot be one, or there is no such key.
        """
        table = self.table_of(key)
        if key in self.by_key or table is None:
            return self.setting(key).checked(value)
        return table.checked(key.partition(".")[2], value)

    def table_of(self, key: str) -> Table | None:
        """The section of any keys that a key belongs to, if it does."""
        return self._tables.get(key.partition(".")[0])


def near(word: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """`` Did you mean compare.seed?``, or nothing where none is ``alike`` (0 to 1)."""
    import difflib  # Not before the first paint: nothing is misspelled as a rule.

    found = difflib.get_close_matches(word, list(known), 1, alike)
    return f" Did you mean {found[0]}?" if found else ""
