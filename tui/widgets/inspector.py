"""The token under the cursor: its probability, and what else could have stood there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.events import Alternative
    from tui.answers import Token

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_TEXT_CELLS = 18


def bar(share: float, width: int) -> str:
    """A horizontal bar of ``share`` (0 to 1) of ``width`` cells, to an eighth of a cell."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def percent(probability: float) -> str:
    """A probability in eight cells at most: ``83.1 %``, ``<0.01 %``."""
    if 0 < probability < 0.0001:
        return "<0.01 %"
    digits = 1 if probability >= 0.01 else 2
    return f"{probability * 100:.{digits}f} %"


def quoted(text: str, cells: int = _TEXT_CELLS) -> str:
    """A token's text in quotes, so that its spaces show; exactly ``cells`` wide."""
    text = one_line(text)
    if cell_len(text) > cells - 2:
        text = set_cell_size(text, cells - 3) + "…"
    return set_cell_size(f"“{text}”", cells)


class Inspector(Widget, can_focus=True):
    """Probability, rank, entropy and alternatives of one token; a list to choose from."""

    HELP = """
## The token under the cursor

The model gives every token of its vocabulary a probability; the sampler drew one. The list shows
the likeliest; **▸** marks the one in the text.

*Entropy* says how open the choice was: 0 bits is certain, 1 bit a fair coin. Probabilities are the
model's own, before temperature and cuts. Other servers tell less of this, and some nothing.

Choose another token with the arrow keys or the mouse and press **enter**: the answer is written
again from there.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False, id="inspector.up"),
        Binding("down", "move(1)", "down", show=False, id="inspector.down"),
        Binding("enter,space", "choose", "go on from here", id="inspector.choose"),
        Binding("escape", "leave", "back to the text", id="inspector.leave"),
    ]

    choice = reactive(0)

    class Chosen(Message):
        """Another token shall stand in the cursor's place."""

        def __init__(self, alternative: Alternative) -> None:
            super().__init__()
            self.alternative = alternative

    class Left(Message):
        """Back to the text."""

    def __init__(self) -> None:
        super().__init__()
        self.token: Token | None = None
        self.place = self.server = ""

    def inspect(self, token: Token | None, place: str = "", server: str = "") -> None:
        """Show a token.

        Args:
            token: None for none.
            place: where it stands (``nano/sft · token 3``).
            server: the other server that it came from, empty for the lab's own engine.
        """
        if (token, place, server) == (self.token, self.place, self.server):
            return
        self.token, self.place, self.server = token, place, server
        self.choice = self._drawn()
        self.refresh()

    def render(self) -> Content:
        """The numbers in one line, then a line an alternative."""
        token = self.token
        if token is None:
            return Content.styled(
                "Select a token with the arrow keys or the mouse to see what it was drawn from.",
                "$quiet",
            )
        lines = [self._numbers(token)]
        if not token.alternatives:
            lines.append(Content.styled(self._why_alone(token), "$quiet"))
        lines.extend(self._alternative(index, token) for index in self._shown())
        return Content("\n").join(lines)

    def _why_alone(self, token: Token) -> str:
        """Why a token has no alternatives."""
        if token.forced and token.logprob is None:
            if self.server:
                return f"The prompt: {self.server} does not say how its model cuts it into tokens."
            return "Part of the prompt: nobody drew it."
        if self.server and token.logprob is None:
            return f"{self.server} gives no probabilities; a piece of text may be several tokens."
        return "No alternatives came with this token."

    def validate_choice(self, choice: int) -> int:
        """Stay within the list."""
        count = len(self.token.alternatives) if self.token else 0
        return max(0, min(choice, count - 1))

    def _shown(self) -> range:
        """The alternatives that fit, the chosen one among them."""
        count = len(self.token.alternatives) if self.token else 0
        room = max(1, self.size.height - 1)
        first = max(0, min(self.choice - room + 1, count - room))
        return range(first, min(count, first + room))

    def _drawn(self) -> int:
        token = self.token
        if token is None:
            return 0
        ids = [alternative.id for alternative in token.alternatives]
        return ids.index(token.id) if token.id in ids else 0

    def _numbers(self, token: Token) -> Content:
        parts: list[Content | tuple[str, str] | str] = [(quoted(token.shown), "bold")]
        sign = "given" if token.forced else "sampled"
        facts = [("p", percent(token.probability))] if token.probability is not None else []
        if token.rank is not None:
            facts.append(("rank", str(token.rank)))
        if token.entropy is not None:
            facts.append(("entropy", f"{token.entropy:.2f} bits"))
        facts += [("id", str(token.id))] if token.numbered else []
        for name, value in facts:
            parts += [(f"  {name} ", "$quiet"), value]
        parts.append((f"  {sign}", "underline $quiet" if token.forced else "$quiet"))
        numbers = Content.assemble(*parts)
        if numbers.cell_length + len(self.place) + 2 > self.size.width:
            return numbers
        return numbers + Content.styled(f"  {self.place}", "$quiet")

    def _alternative(self, index: int, token: Token) -> Content:
        alternative = token.alternatives[index]
        probability = math.exp(alternative.logprob)
        drawn = alternative.id == token.id
        style = "bold" if drawn else ""
        if self.has_focus and index == self.choice:
            style = "reverse bold"
        head = f"{'▸' if drawn else ' '} {quoted(alternative.text)} {percent(probability):>8} "
        width = max(4, min(40, self.size.width - len(head) - 2))
        return Content.assemble((head, style), " ", (bar(probability, width), "$primary"))

    def action_move(self, by: int) -> None:
        """Choose the alternative above or below."""
        self.choice += by

    def action_choose(self) -> None:
        """Put the chosen token in the text."""
        token = self.token
        if token is not None and token.alternatives:
            self.post_message(self.Chosen(token.alternatives[self.choice]))

    def action_leave(self) -> None:
        """Back to the text."""
        self.post_message(self.Left())

    def on_focus(self) -> None:
        """Show where the choice stands."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the choice."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click marks an alternative, a second click puts it in the text."""
        from tui.widgets.marking import ends_marking  # Not before the first paint.

        if ends_marking(self, event):
            return
        offset = event.get_content_offset(self)
        shown = self._shown()
        if offset is None or self.token is None or not 1 <= offset.y <= len(shown):
            return
        self.choice = shown[offset.y - 1]
        if event.chain > 1:
            self.action_choose()
