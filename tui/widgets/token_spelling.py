"""The view of spelling: one word's letters above its tokens, for each tokenizer on the table."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from engine.tokenizer import without_surrogates
from tui.safe_text import one_line
from tui.tokens.desk import Desk
from tui.tokens.spelling_text import EXAMPLE, letters_of, question, spaced, spelled
from tui.widgets.token_word import WordBox
from tui.widgets.words import Words


class Letters(VerticalScroll):
    """The letters; arrows choose which one is counted."""

    HELP = """
## Spelling

A model gets ids and nothing else: of which letters a token is made it can only know by heart. So
counting the letters of a word means to know for each of its tokens how many are in it, and to add.

**←** and **→** choose the letter that is counted, **e** types another word, **a** asks the models
in Compare.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "letter(-1)", "letter", key_display="← →", id="spelling.before"),
        Binding("right", "letter(1)", "letter", show=False, id="spelling.next"),
        Binding("e,enter,slash", "word", "word", key_display="e", id="spelling.word"),
        Binding("a", "ask", "ask", id="spelling.ask"),
    ]

    class Moved(Message):
        """Another letter."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Asked(Message):
        """Another word is wanted, or (``models``) the models are to be asked."""

        def __init__(self, *, models: bool) -> None:
            super().__init__()
            self.models = models

    def action_letter(self, by: int) -> None:
        """Another letter is counted."""
        self.post_message(self.Moved(by))

    def action_word(self) -> None:
        """Type a word."""
        self.post_message(self.Asked(models=False))

    def action_ask(self) -> None:
        """Ask the models."""
        self.post_message(self.Asked(models=True))


class TokenSpelling(Vertical):
    """A word, and what each tokenizer makes of it.

    Args:
        desk: whose tokenizers.
    """

    class ToModels(Message):
        """The models are to be asked this."""

        def __init__(self, question: str) -> None:
            super().__init__()
            self.question = question

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="token-spelling")
        self._desk = desk
        self.word = EXAMPLE
        self.place = EXAMPLE.index("r")
        """The letter that is counted."""
        self.box = WordBox("spelling-word", "a word")
        self.letters = Letters(id="letters")
        self._words = Words(id="spelling-words")

    def compose(self) -> ComposeResult:
        """The word, and below it all tokenizers."""
        yield self.box
        with self.letters:
            yield self._words

    def on_mount(self) -> None:
        """Nothing is typed yet."""
        self.box.display = False

    def on_resize(self) -> None:
        """How many letters fit depends on the width."""
        self.show()

    def show(self) -> None:
        """Draw what is known now."""
        desk, width = self._desk, max(30, self.size.width - 6)
        flat = self.app.no_color or self.app.current_theme.ansi
        seats = [desk.seat, *(seat for seat in desk.seats if seat is not desk.seat)]
        asked = Content.styled(one_line(question(self.word, self.letter)), "bold")
        parts = [asked, Content("")]
        for seat in seats:
            parts += [spelled(seat, self.word, self.letter, width, flat=flat), Content("")]
        if desk.seat.found is not None:
            parts.append(spaced(desk.seat.found.tokenizer, self.word))
        self._words.say(Content("\n").join(parts))

    @property
    def text(self) -> str:
        """What stands there."""
        return self._words.text

    @property
    def letter(self) -> str:
        """The one that is counted."""
        return letters_of(self.word)[self.place]

    @on(Letters.Moved)
    def moved(self, event: Letters.Moved) -> None:
        """Another letter."""
        event.stop()
        self.place = (self.place + event.by) % len(letters_of(self.word))
        self.show()

    @on(Letters.Asked)
    def asked(self, event: Letters.Asked) -> None:
        """Show where a word is typed, or go to Compare."""
        event.stop()
        if event.models:
            self.post_message(self.ToModels(question(self.word, self.letter)))
            return
        self.box.value = self.word
        self.box.display = True
        self.call_after_refresh(self.box.focus)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Another word; its first letter is counted, or the same one if it has that."""
        event.stop()
        word = without_surrogates(event.value.strip())
        if word:
            letters, letter = letters_of(word), self.letter
            self.place = letters.index(letter) if letter in letters else 0
            self.word = word
        self._close()
        self.show()

    @on(WordBox.Left)
    def left(self, event: WordBox.Left) -> None:
        """Back to the letters."""
        event.stop()
        self._close()

    def _close(self) -> None:
        self.box.display = False
        self.letters.focus()
