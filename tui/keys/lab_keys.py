"""The keys that hold in a running app: those of the code, and a person's own in their place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.safe_text import visible

if TYPE_CHECKING:
    from textual.app import App

    from tui.keys.catalogue import Bound

MOST_SAID = 3
"""Sentences about keys at a start; ``llmlab keys`` has all of them."""


class LabKeys:
    """Reads a person's keys, lets them hold, and knows what is shown for each binding.

    Args:
        app: whose keys they are.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self.own: Mapping[str, tuple[str, ...]] = {}
        """By binding id, the keys that a person has chosen and that hold."""
        self.problems: Mapping[str, str] = {}
        """By binding id, why a chosen key does not."""

    async def read(self) -> None:
        """Let the keys of the settings hold, and say which of them cannot."""
        from tui import settings

        chosen = settings.keys()
        if not chosen and not self.own:
            return  # Nothing is imported for those who are content.
        from tui.keys.choosing import check

        checked = await asyncio.to_thread(check, chosen)
        self.own, self.problems = checked.keys, checked.problems
        self._app.set_keymap({id_: ",".join(keys) for id_, keys in self.own.items()})
        said = [*self.problems.values()][:MOST_SAID]
        if len(self.problems) > len(said):
            said.append(f"{len(self.problems) - len(said)} more: llmlab keys lists them.")
        if said:
            words = visible("\n".join(said))
            self._app.notify(words, severity="warning", timeout=15, markup=False)

    async def choose(self, id_: str, text: str | None) -> None:
        """Give a binding other keys and keep them; None gives it back those of the code.

        Raises:
            KeyNameError: it cannot have them; says why.
            LabError: they hold now, but cannot be kept.
        """
        from tui import settings
        from tui.keys.choosing import check
        from tui.keys.names import KeyNameError

        opened = settings.current()
        chosen = {each: keys for each, keys in settings.keys().items() if each != id_}
        if text is not None:
            chosen[id_] = text
            problem = (await asyncio.to_thread(check, chosen)).problems.get(id_)
            if problem:
                raise KeyNameError(problem)
        opened.take(f"keys.{id_}", text)
        await self.read()
        await asyncio.to_thread(opened.keep, f"keys.{id_}")

    async def bindings(self) -> Mapping[str, Bound]:
        """All there are; the first call imports every pane, in a thread."""
        from tui.keys.catalogue import all_bindings

        return await asyncio.to_thread(all_bindings)

    def of(self, id_: str) -> tuple[str, ...]:
        """The keys of a binding, as Textual calls them.

        Of the frame and the panes they are known; what a widget or a dialog declares may have to
        be imported, so ask for that in a thread first.

        Raises:
            KeyError: there is no such binding.
        """
        from tui.keys.catalogue import declared_keys

        keys = self.own.get(id_) or declared_keys(id_)
        if keys is None:
            raise KeyError(id_)
        return keys

    def __contains__(self, id_: object) -> bool:
        """Whether there is a binding of that id; see :meth:`of`."""
        from tui.keys.catalogue import declared_keys

        return isinstance(id_, str) and declared_keys(id_) is not None

    def shown(self, id_: str) -> str:
        """The first key of a binding, as a person calls it; see :meth:`of`.

        Raises:
            KeyError: there is no such binding.
        """
        from tui.keys.names import shown_key

        return shown_key(self.of(id_)[0])

    async def press(self, key: str) -> bool:
        """Do what nobody else has done for a key; whether there was something.

        Where the focus is in a text field, Textual takes letters from the bindings around it before
        it looks at the keys that were chosen: one whose letter was replaced by a function key would
        be lost there.
        """
        wanted = {id_ for id_, keys in self.own.items() if key in keys}
        focused = self._app.focused
        if not wanted or focused is None:
            return False
        from tui.keys.catalogue import keys_of

        for node in focused.ancestors_with_self:
            for binding, _ in keys_of(type(node)).values():
                if binding.id in wanted and await self._app.run_action(binding.action, node):
                    return True
            if node.is_modal:
                break
        return False


def problem_words(error: LabError) -> str:
    """An error's sentence without the place in the settings that it begins with."""
    return str(error).removeprefix("keys: ")
