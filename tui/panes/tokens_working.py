"""What the Tokens pane does beside the text: replays a word, writes a conversation, learns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from textual.widget import Widget

from engine.conversation import Turn
from engine.errors import LabError
from tui import telling
from tui.background import in_background
from tui.tokens.desk import Desk, Seat
from tui.tokens.learning import Learning
from tui.tokens.merging import Merging, replayed, word_at
from tui.tokens.talk import EXAMPLES, written
from tui.widgets.token_chat import TokenChat
from tui.widgets.token_merges import TokenMerges
from tui.widgets.token_train import TokenTrain

BREATH_S, IDLE_S = 0.02, 0.3
"""Between two slices of learning, and between two looks whether somebody watches again."""


class Replayer:
    """Replays the word under the cursor, or one that was typed.

    Args:
        host: the pane; its workers wait.
        desk: the text and the tokenizers.
        view: shows it.
    """

    def __init__(self, host: Widget, desk: Desk, view: TokenMerges) -> None:
        self._host, self._desk, self._view = host, desk, view

    def at_cursor(self) -> None:
        """The word under the cursor."""
        self._begin(None)

    def again(self) -> None:
        """The same word, with another tokenizer."""
        if self._view.merging is not None:
            self.replay(self._view.merging.word)
        else:
            self.at_cursor()

    def replay(self, word: str) -> None:
        """Another word."""
        self._begin(word)

    def _begin(self, word: str | None) -> None:
        in_background(self._host, partial(self._replay, self._desk.seat, word), "replay", only=True)

    async def _replay(self, seat: Seat, word: str | None) -> None:
        if seat.found is None:
            self._view.show(None, seat.words)
            return
        tokenizer, buffer = seat.found.tokenizer, self._desk.buffer
        merging: Merging | None = None
        words = ""
        try:
            if word is None:
                word = await asyncio.to_thread(word_at, tokenizer, buffer.text, buffer.cursor)
            if word:
                merging = await asyncio.to_thread(replayed, seat.name, tokenizer, word)
            else:
                words = "The text is empty: e types a word."
        except LabError as error:
            words = f"✗ {error}"
        self._view.show(merging, words)
        if merging is not None:
            telling.merged(self._view, merging)


class Talker:
    """Writes a conversation down as the chosen tokenizer's model reads it.

    Args:
        host: the pane; its workers wait.
        desk: the tokenizers.
        view: shows it.
        shown: called when something else is shown.
    """

    def __init__(
        self, host: Widget, desk: Desk, view: TokenChat, shown: Callable[[], object]
    ) -> None:
        self._host, self._desk, self._view, self._shown = host, desk, view, shown
        self._example = 0
        self.turns: Sequence[Turn] = EXAMPLES[0][1]

    @property
    def text(self) -> str:
        """The conversation, to be edited."""
        return written(self.turns)

    def next_example(self) -> str:
        """Take the next one; what there is to see in it."""
        return self._take((self._example + 1) % len(EXAMPLES))

    def first_example(self) -> None:
        """Begin with them anew."""
        self._take(0)

    def _take(self, example: int) -> str:
        self._example = example
        shows, self.turns = EXAMPLES[example]
        self.show()
        return shows

    def take(self, turns: Sequence[Turn]) -> None:
        """Another conversation."""
        self.turns = turns
        self.show()

    def show(self) -> None:
        """Write it down anew."""
        in_background(self._host, self._show, "conversation", only=True)

    async def _show(self) -> None:
        seat = self._desk.seat
        if seat.found is None:
            self._view.show((), seat.words)
        elif seat.found.chat is None:
            self._view.show(
                (),
                f"{seat.name} has no way of writing conversations down: k chooses that of a chat "
                "model, such as nano/sft, or o200k_base or cl100k_base.",
            )
        else:
            try:
                pieces = await asyncio.to_thread(seat.found.chat.write, self.turns)
            except LabError as error:
                self._view.show((), f"✗ {error}")
            else:
                self._view.show(pieces, ids=self._desk.as_ids)
                telling.written(self._view, seat.name, pieces)
        self._shown()


class Learner:
    """Learns a tokenizer from the text while its view is shown.

    Args:
        host: the pane; its workers wait.
        desk: the text.
        view: shows it.
        seen: whether somebody looks; learning waits meanwhile.
    """

    def __init__(
        self, host: Widget, desk: Desk, view: TokenTrain, seen: Callable[[], bool]
    ) -> None:
        self._host, self._desk, self._view, self._seen = host, desk, view, seen
        self._text: str | None = None

    def begin(self) -> None:
        """Learn from the text as it is now, or go on if that was begun."""
        text = self._desk.buffer.text
        if text != self._text:
            self._text = text
            in_background(self._host, partial(self._learn, text), "learn", only=True)

    async def _learn(self, text: str) -> None:
        self._view.show(None, "counting the words of the text …")
        try:
            learning = await asyncio.to_thread(Learning, text)
        except LabError as error:
            self._view.show(None, f"✗ {error}")
            return
        while not learning.done:
            seen = self._seen()
            if seen:
                await asyncio.to_thread(learning.learn)
                self._view.show(learning)
            await asyncio.sleep(BREATH_S if seen else IDLE_S)
        self._view.show(learning)
