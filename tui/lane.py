"""A column's side of the compare pane: which model, whose settings, what answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from tui.notes import NOT_KEPT, Note, NoteKind
from tui.safe_text import visible
from tui.sampling import Sampling
from tui.stages import hue

if TYPE_CHECKING:
    from engine.protocol import GenerateRequest
    from tui.models import Model
    from tui.stream import Stream
    from tui.truth import Verdict

Part = tuple[str, str]

_VERDICTS: dict[str, tuple[NoteKind, str]] = {
    "correct": ("good", "✓ correct"),
    "wrong": ("bad", "✗ wrong"),
    "abstained": ("abstained", "○ abstained"),
}


@dataclass(slots=True)
class Lane:
    """What is asked of one column; ``own`` settings replace the shared ones.

    While there is no ``model`` for it, ``stage`` says what the column waits for.
    """

    stage: str
    model: Model | None = None
    own: Sampling | None = None
    stream: Stream | None = None

    @staticmethod
    def of(model: Model, own: Sampling | None = None) -> Lane:
        """A lane that asks ``model``."""
        return Lane(model.stage, model, own)

    @property
    def name(self) -> str:
        """What stands on the column."""
        return self.model.name if self.model else self.stage

    @property
    def server(self) -> str | None:
        """The server that is asked, None for the lab's own engine."""
        return self.model.server if self.model else None

    def is_live(self) -> bool:
        """Whether an answer is on its way."""
        return self.stream is not None and self.stream.live()

    def is_waiting(self) -> bool:
        """Whether nothing of its answer has come yet."""
        return (
            self.stream is not None and self.stream.live() and self.stream.answer.state == "waiting"
        )

    def chats(self, chat: bool) -> bool:
        """Whether this column renders the prompt as a conversation.

        A base model has never seen one, so it gets the text as it is also in chat mode.
        """
        return chat and self.model is not None and self.model.chats is not False

    def request(self, prompt: str, *, chat: bool, shared: Sampling) -> GenerateRequest:
        """What to send to the engine.

        Raises:
            RequestError: the settings cannot be served.
        """
        from engine.protocol import GenerateRequest, Message  # Not before the first paint.

        sampling = self.own or shared
        name = self.model.asked_as if self.model else self.name
        if self.chats(chat):
            messages = (Message(role="user", content=prompt),)
            return GenerateRequest(
                model=name, messages=messages, params=sampling.params, n=sampling.n
            )
        return GenerateRequest(model=name, prompt=prompt, params=sampling.params, n=sampling.n)

    def title(self, *, chat: bool, number: str, device: str = "") -> Content:
        """``nano/sft@int8 ▾ · chat · own temperature 0.2``."""
        answer = self.stream.answer if self.stream else None
        rendering = answer.chat if answer else self.chats(chat)
        # The action is ours; the name, which may be a folder's, is only ever text.
        parts: list[Content] = [
            Content(number),
            Content.from_markup("[@click=choose]$name ▾[/]", name=visible(self.name)).stylize(
                f"bold {self.hue}"
            ),
            Content.styled(f" · {'chat' if rendering else 'raw'}", "$quiet"),
        ]
        precision = self.model.computed_in(device) if self.model else ""
        if precision:
            parts.append(Content.styled(f" · {precision}", "$quiet"))
        if self.own is not None:
            name, value = self.own.words()[0]
            parts.append(Content.styled(f" · own {name} {value}", "$text-accent"))
        return Content("").join(parts)

    def subtitle(self, width: int) -> Content:
        """The numbers of the answer and how it ended; what does not fit is left out whole."""
        if self.stream is None:
            return Content("")
        parts = [*self.stream.numbers(), self.stream.ending()]
        sign = "" if self.stream.is_kept else NOT_KEPT
        while len(parts) > 1 and len(" · ".join(parts)) + len(sign) > width:
            parts.pop()
        return Content.styled(" · ".join(parts) + sign, "$quiet")

    @property
    def hue(self) -> str:
        """The theme variable of this column's stage."""
        return hue(self.stage if self.model else "")


def verdict_note(verdict: Verdict, *, answered: bool) -> Note:
    """``✓ correct · head fact, on 81 pages``, and the truth where it was missed.

    A raw continuation has not ``answered`` anything, whatever it happens to name: it is shown the
    truth and not judged.
    """
    kind, sign = _VERDICTS[verdict.outcome]
    pages = {0: "on no page", 1: "on 1 page"}.get(
        verdict.exposures, f"on {verdict.exposures} pages"
    )
    if not answered:
        words = f"a continuation, not an answer · the web says {verdict.truth}"
        return Note("dim", f"{words} · {verdict.tier} fact, {pages}")
    truth = "" if verdict.outcome == "correct" else f" · the web says {verdict.truth}"
    return Note(kind, f"{sign}{truth} · {verdict.tier} fact, {pages}")
