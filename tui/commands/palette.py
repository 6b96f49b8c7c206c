"""Feeds Textual's palette with what can be done now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape

from tui.commands.command import Command
from tui.commands.named import named
from tui.commands.now import available
from tui.safe_text import one_line
from tui.widgets.top_bar import PANES

if TYPE_CHECKING:
    from tui.app import LabApp

FIRST_BY = 0.5
"""What a command of the shown pane is better by, against 0 to about 1 for how well it matches."""


def literal(text: str) -> str:
    """The palette reads its lines as markup, and a model's name may be anything."""
    return escape(one_line(text))


class LabCommands(Provider):
    """All commands before anything is typed, then those that match, and what has such a name."""

    async def startup(self) -> None:
        """Read the names there are, off the event loop."""
        self._named: Sequence[Command] = await named(self._lab)

    async def discover(self) -> Hits:
        """In the order in which they are made: those of the shown pane first."""
        for command in available(self._lab):
            name, about = literal(command.name), literal(self._help(command))
            yield DiscoveryHit(name, command.run, text=one_line(command.name), help=about)

    async def search(self, query: str) -> Hits:
        """Those that match; of equals the one of the shown pane."""
        matcher = self.matcher(query)
        for command in self._all():
            score = matcher.match(command.name)
            if score > 0:
                score += FIRST_BY if command.pane == self._lab.shown_pane else 0
                hit = matcher.highlight(literal(command.name))
                yield Hit(score, hit, command.run, help=literal(self._help(command)))

    @property
    def _lab(self) -> LabApp:
        return cast("LabApp", self.app)

    def _all(self) -> Iterable[Command]:
        return (*available(self._lab), *self._named)

    def _help(self, command: Command) -> str:
        """The key that does the same, where it does so, and the command's own words."""
        words = [command.help] if command.help else []
        if command.binding:
            key = self._lab.keys.shown(command.binding)
            away = command.pane not in ("", self._lab.shown_pane)
            words.insert(0, f"{key} in {PANES[command.pane][1]}" if away else key)
        return " · ".join(words)
