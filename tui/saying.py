"""Sentences about what goes on and on, such as a disk that does not answer: each said once."""

from __future__ import annotations

from textual.dom import DOMNode

from tui.safe_text import visible


class Saying:
    """Says failures of one host's regular work.

    Args:
        host: the app or widget on whose screen they are shown.
    """

    def __init__(self, host: DOMNode) -> None:
        self._host = host
        self._said = ""

    def say(self, sentence: str) -> None:
        """Show a sentence, unless it was the last that was shown."""
        if sentence != self._said:
            self._said = sentence
            self._host.app.notify(visible(sentence), severity="error", timeout=15, markup=False)

    def all_is_well(self) -> None:
        """The work was done: the same failure again would be a new one."""
        self._said = ""
