"""Scripted runs of the funnel, in memory, with the rules of the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.errors import DataError
from tui.data.listed import Folder, Listed, Wish


@dataclass
class ScriptedFunnels:
    """What was put there."""

    all: list[Listed] = field(default_factory=list)
    folders: dict[str, Folder] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    crawl_missing: bool = False
    refusal: str = ""
    """What is said instead of starting a run."""

    def add(self, name: str, state: str, folder: Folder | None = None, **values: Any) -> Listed:
        """Put a run there as if it had been found on disk."""
        path = values.pop("path", Path("/nowhere") / name)
        made = Listed(name=name, path=path, state=state, started="2026-11-22T10:00:00Z")
        listed = replace(made, **values)
        self.all.insert(0, listed)
        if folder is not None:
            self.folders[listed.key] = folder
        return listed

    def listed(self) -> list[Listed]:
        """Newest first."""
        return list(self.all)

    def folder(self, listed: Listed) -> Folder:
        """What was put there."""
        try:
            return self.folders[listed.key]
        except KeyError as error:
            raise DataError(f"{listed.path} holds no finished run of the funnel.") from error

    def needs_crawl(self, wish: Wish) -> bool:
        """As it was put there."""
        return self.crawl_missing and not wish.inputs

    def start(self, wish: Wish) -> str:
        """A run at work."""
        if self.refusal:
            raise DataError(self.refusal)
        self.calls.append(("start", wish))
        name = wish.name or f"funnel-{len(self.all) + 1:04d}"
        self.add(name, "running", stage="pages", share=0.3, pages=300, kept=140)
        return name

    def resume(self, name: str) -> None:
        """Running again."""
        self.calls.append(("resume", name))
        self.change(name, state="running")

    def stop(self, name: str) -> None:
        """Obeyed at once."""
        self.calls.append(("stop", name))
        self.change(name, state="stopped")

    def close(self) -> None:
        """Nothing to close."""

    def named(self, name: str) -> Listed:
        """The run of that name. Raises DataError."""
        for each in self.all:
            if each.name == name:
                return each
        raise DataError(f"There is no run {name!r}.")

    def change(self, name: str, **values: Any) -> None:
        """Its status says something else from now on."""
        listed = self.named(name)
        self.all[self.all.index(listed)] = replace(listed, **values)
