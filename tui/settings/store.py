"""The settings that hold: given for this visit, by the environment, by the file, or by default."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from tui.settings.catalog import Catalog
from tui.settings.reading import KEYS_VARIABLE, place, read_environment, read_file, text_of
from tui.settings.setting import Setting, SettingError

T = TypeVar("T")
Origin = Literal["given", "environment", "file", "default"]

_WRITING = threading.Lock()
_NONE = object()
_BEGINNING = "# Settings of llmlab. docs/settings.md lists all of them.\n"


class Settings:
    """All settings, read once; later changes go through it.

    Args:
        path: the TOML file; it need not be there.
        environ: the environment's variables, which win over the file.
        given: by key, what holds for this visit only: options of the command line.
        catalog: what there is to set.

    Raises:
        SettingError: a given value is none that its setting can have.
    """

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        *,
        given: Mapping[str, str] | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self.path, self.catalog = path, catalog or Catalog()
        self._given = {key: self.catalog.parsed(key, text) for key, text in (given or {}).items()}
        self._file, problems = read_file(path, self.catalog)
        self._environment, self._unheard = read_environment(environ, self.catalog)
        self.problems = [*problems, *self._unheard]
        """A sentence for each thing that was said somewhere and does not hold."""
        self._unkept: set[str] = set()
        """Keys whose value was chosen, and does not stand in the file yet."""

    def value(self, setting: Setting[T]) -> T:
        """What holds now."""
        found: T = self.held(setting.key)
        return found

    def held(self, key: str) -> Any:
        """What holds now of a key; None of a table's key for which nobody has chosen anything."""
        for layer in (self._given, self._environment, self._file):
            if key in layer:
                return layer[key]
        return self.catalog.default(key)

    def origin(self, key: str) -> Origin:
        """Who says so."""
        if key in self._given:
            return "given"
        if key in self._environment:
            return "environment"
        return "file" if key in self._file else "default"

    def is_kept(self, key: str) -> bool:
        """Whether the next start will find the value that was chosen."""
        return key not in self._unkept

    def fixed_by(self, key: str) -> str:
        """The variable of the environment that fixes a key; empty where none does."""
        if key not in self._environment:
            return ""
        setting = self.catalog.by_key.get(key)
        return setting.variable if setting is not None else KEYS_VARIABLE

    def table(self, section: str) -> dict[str, str]:
        """The keys of a section for which somebody has chosen a value, with it."""
        keys = [*self._file, *self._environment]
        return {
            key.removeprefix(f"{section}."): self.held(key)
            for key in keys
            if key.startswith(f"{section}.")
        }

    def take(self, key: str, value: object) -> bool:
        """Let a value hold from now on; the default, or None of a table's key, takes it back.

        Nothing is written: see :meth:`keep`.

        Returns:
            Whether another value holds now.

        Raises:
            SettingError: the value cannot be one, or a variable of the environment fixes it.
        """
        before, default = self.held(key), self.catalog.default(key)
        typed = list(value) if isinstance(value, tuple) else value
        checked = value if value == default else self.catalog.checked(key, typed)
        if before == checked:
            return False
        if key in self._environment:
            raise SettingError(
                f"{key} is fixed by the environment variable {self.fixed_by(key)}. Unset it to "
                "choose another value."
            )
        self._given.pop(key, None)
        if checked == default:
            self._file.pop(key, None)
        else:
            self._file[key] = checked
        self._unkept.add(key)
        return True

    def keep(self, *keys: str) -> str:
        """Write what holds of ``keys`` into the file; what it says otherwise stays. Blocks.

        Returns:
            What became of a damaged file, else an empty string.

        Raises:
            LabError: the file cannot be written, or not changed by a line.
        """
        from engine.background import one_at_a_time

        with _WRITING, one_at_a_time(self.path.parent):  # of this process, and of another llmlab
            return self._write(keys)

    def _write(self, keys: Sequence[str]) -> str:
        from engine.files import write_atomic

        text, said = self._text_to_change()
        before, written = text, {key: self._file.get(key, _NONE) for key in keys}
        for key in keys:
            text = self._changed(text, key)
        # A file that says nothing would only slow the next start.
        if text != before and not (text == _BEGINNING and not os.path.exists(self.path)):
            write_atomic(self.path, text.encode())
        # Another value may have been chosen meanwhile.
        self._unkept -= {key for key in keys if self._file.get(key, _NONE) == written[key]}
        # A wrong line may just have been put right, or the damaged file put aside.
        self.problems = [*read_file(self.path, self.catalog).problems, *self._unheard]
        return said

    def _changed(self, text: str, key: str) -> str:
        from tui.settings.edit import CannotEditError, with_value, without

        setting = self.catalog.by_key.get(key)
        about = setting.help if setting is not None else ""
        try:
            if key not in self._file:
                return without(text, key, about)
            value = self._file[key]
            written = setting.word if setting is not None and value is None else value
            return with_value(text, key, written, about)
        except CannotEditError as error:
            raise SettingError(
                f"{place(self.path, text, key)} says {key} in a way that only a person can "
                "change. Open the file and change it there."
            ) from error

    def _text_to_change(self) -> tuple[str, str]:
        import tomllib

        from engine.files import disk_error
        from tui.settings.edit import flat

        text = text_of(self.path)
        try:
            if text is not None:
                flat(tomllib.loads(text))
                return text, ""
        except (ValueError, RecursionError):
            pass  # A damaged one is put aside, and a new one begun.
        if not os.path.isfile(self.path):
            return _BEGINNING, ""
        aside = self.path.with_name(f"{self.path.name}.damaged-{int(time.time())}")
        try:
            self.path.rename(aside)
        except OSError as error:
            raise disk_error(aside, error) from error
        return _BEGINNING, f"The damaged {self.path.name} lies beside the new one as {aside.name}."
