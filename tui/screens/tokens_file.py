"""A text file for the Tokens pane."""

from __future__ import annotations

import asyncio

from engine import paths
from engine.errors import LabError
from tui.background import in_background
from tui.safe_text import visible
from tui.screens.form import Form, Line
from tui.tokens.reading import read_text


class TokensFile(Form[str]):
    """Gives the text of a file; a mistake is said and nothing is lost."""

    heading = "open a text"
    doing = "Open"

    def __init__(self) -> None:
        super().__init__((Line("path", "file", "a text in UTF-8"),))

    def finish(self) -> None:
        """Read the file; the form stays open meanwhile."""
        in_background(self, self._read, "read", only=True)

    async def _read(self) -> None:
        try:
            text = await asyncio.to_thread(read_text, paths.expanded(self.typed("path")))
        except LabError as error:
            self.say(mistake=visible(str(error)))
        else:
            self.dismiss(text)
