"""One tokenizer's cut of a text, as a screen asks for it: characters, tokens and bytes in them."""

from __future__ import annotations

from engine.vocab.incremental import Change, LiveText
from engine.vocab.lent import LentTokenizer
from tui.tokens.buffer import Edit

__all__ = ["Change", "Cut"]


class Cut:
    """A text that is cut again where it changes.

    Args:
        live: the text.
    """

    def __init__(self, live: LiveText) -> None:
        self.live = live

    def __len__(self) -> int:
        """How many characters the text has."""
        return len(self.live.text)

    @property
    def at_hand(self) -> bool:
        """Whether an edit waits for nobody: not if a process has to start or is asked already."""
        tokenizer = self.live.tokenizer
        return not isinstance(tokenizer, LentTokenizer) or tokenizer.at_hand

    @property
    def ids(self) -> list[int]:
        """Its tokens; the same list all the time."""
        return self.live.ids

    def edit(self, edit: Edit) -> Change:
        """Make an edit that was made in the text.

        Raises:
            LabError: the text cannot be cut any more; nothing has changed then.
        """
        return self.live.edit(edit.start, edit.start + len(edit.old), edit.new)

    def data(self, token: int) -> bytes:
        """The bytes of a token."""
        return self.live.tokenizer.token_bytes(self.ids[token])

    def span(self, token: int) -> tuple[int, int]:
        """The characters that a token has a part in, from and to."""
        found = self.live.token(token)
        return found.char, found.char_end

    def place_of(self, char: int) -> tuple[int, int]:
        """The token in which a character begins, and with which of its bytes.

        Behind the last character it is a token behind the last one.
        """
        tokens = self.live.tokens_of(char, char + 1)
        if char >= len(self) or not tokens:
            return len(self.ids), 0
        token = tokens[0]
        begin, _ = self.span(token)
        leads = _leads(self.data(token))
        number = char - begin - (leads[:1] != [0])
        return token, leads[number] if 0 <= number < len(leads) else 0

    def char_at(self, token: int, byte: int) -> int:
        """The character that a byte of a token is in."""
        begin, end = self.span(token)
        leads = _leads(self.data(token))
        number = sum(lead <= byte for lead in leads) - (leads[:1] == [0])
        return max(begin, min(begin + number, end - 1))


def _leads(data: bytes) -> list[int]:
    """Where characters begin in it."""
    return [at for at, byte in enumerate(data) if byte & 0xC0 != 0x80]
