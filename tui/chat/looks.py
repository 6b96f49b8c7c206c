"""How the parts of a conversation look: plain content, no widgets, and never any markup.

A call's state has a sign as well as a colour; forced tokens are underlined and marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.chat.parts import Call, CallState, Part, Text
from tui.format import duration, grouped, scaled
from tui.lane import verdict_note
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from tui.answers import Token
    from tui.chat.reply import Reply
    from tui.notes import NoteKind

SIGNS: dict[CallState, tuple[str, str]] = {
    "writing": ("…", "$quiet"),
    "waiting": ("?", "$text-warning"),
    "running": ("◌", "$text-accent"),
    "done": ("✓", "$text-success"),
    "failed": ("✗", "$text-error"),
    "timed out": ("✗", "$text-error"),
    "denied": ("○", "$text-warning"),
    "broken off": ("✗", "$quiet"),
}
FORCED_SIGN, BLANK_SIGN = "‡", "␣"
FORCED_STYLE = "underline $quiet"
_STATES = {"waiting": "waiting for you", "writing": "being written"}
_NOTES: dict[NoteKind, str] = {
    "good": "$text-success",
    "bad": "$text-error",
    "error": "$text-error",
    "abstained": "$text-warning",
    "dim": "$quiet",
}
_ENDINGS = {"length": "cut at max tokens or at the end of the context"}


def lines(text: str) -> str:
    """Text from anywhere as lines that cannot steer the terminal."""
    return "\n".join(map(visible, text.split("\n")))


def opens_itself(call: Call, *, last: bool) -> bool:
    """Whether a call is open while nobody has said otherwise: while something is going on in it,
    for good if it failed, and until the answer goes on if it is done."""
    return call.state != "done" or last


def call_head(call: Call, *, is_open: bool, width: int, waited_s: float = 0.0) -> Content:
    """``▾ search  Orson Kovats        ✓ done · 2 ms · 3 results · 88 tokens``."""
    sign, style = SIGNS[call.state]
    state = f"{sign} {_STATES.get(call.state, call.state)}"
    details = call_details(call, waited_s)
    name = one_line(call.tool or "call")
    room = max(8, width - cell_len(name) - 6)
    while details and cell_len(" · ".join([state, *details])) > room * 2 // 3:
        details.pop()
    right = " · ".join([state, *details])
    shown = one_line(call.text)
    left_room = max(0, room - cell_len(right))
    if cell_len(shown) > left_room:
        shown = set_cell_size(shown, max(0, left_room - 1)) + "…" * (left_room > 0)
    return Content.assemble(
        ("▾ " if is_open else "▸ ", "$quiet"),
        (name, "bold"),
        "  ",
        (set_cell_size(shown, left_room), ""),
        "  ",
        (right, style),
    )


def call_details(call: Call, waited_s: float = 0.0) -> list[str]:
    """What stands behind the state: time, results, tokens, and what a person has changed."""
    outcome = call.outcome
    details = []
    if call.state == "running" and waited_s >= 1:
        details.append(duration(waited_s))
    if outcome is not None and outcome.by == "tool" and outcome.kind != "denied":
        details.append(duration(outcome.elapsed_ms / 1000))
    if outcome is not None and outcome.sources:
        details.append(_counted(len(outcome.sources), "result"))
    if call.output:
        details.append(_counted(len(call.output), "token"))
    if outcome is not None and outcome.by == "you":
        details.insert(0, "output by hand")
    if call.edited:
        details.insert(0, "edited")
    if outcome is not None and outcome.truncated:
        details.append("cut")
    return details


def call_body(call: Call) -> Content:
    """What was asked where one line cannot show it, the output, its error and where it is from."""
    parts: list[Content] = []
    if "\n" in call.text or len(call.text) > 40:
        parts.append(Content(lines(call.text)))
    if call.state == "waiting":
        parts.append(_decisions())
    outcome = call.outcome
    if outcome is not None:
        if outcome.output:
            parts.append(Content.styled(lines(outcome.output), "$foreground 85%"))
        if outcome.error:
            words = f"{outcome.kind}: {lines(outcome.error)}"
            parts.append(Content.styled(words, "$text-error"))
        if not (outcome.output or outcome.error):
            parts.append(Content.styled("(no output)", "$quiet"))
        origin = [f"in {visible(outcome.tier)}"] if outcome.tier else []
        origin += [one_line(source) for source in outcome.sources]
        if origin:
            parts.append(Content.styled(" · ".join(origin), "$quiet"))
    return Content("\n").join(parts)


def _decisions() -> Content:
    """The keys of a decision, which can be clicked as well; our own constants only."""
    choices = (
        ("approve", "a", "approve"),
        ("deny", "d", "deny"),
        ("edit", "e", "edit it first"),
        ("inject", "i", "write the output by hand"),
    )
    return Content.from_markup(
        "   ".join(f"[@click=decide('{what}')]{key} {words}[/]" for what, key, words in choices)
    )


def text_body(part: Text) -> Content:
    """The text; tokens that somebody put there are underlined."""
    if not any(token.forced for token in part.tokens):
        return Content(lines(part.text))
    spans = [(lines(t.text), FORCED_STYLE if t.forced else "") for t in part.tokens if t.text]
    if spans:
        spans[0] = (spans[0][0].removeprefix(" "), spans[0][1])
    return Content.assemble(*spans)


def tokens_body(tokens: Sequence[Token], names: Mapping[int, str]) -> Content:
    """Every token with its id and, if it was sampled, its probability: ``␣Dun‹812›83%``.

    Forced ones are underlined and marked. Nothing here has a blank in it, so that lines break
    between tokens only.

    Args:
        tokens: in order.
        names: what special tokens, which have no text, are called.
    """
    spans: list[tuple[str, str]] = []
    for token in tokens:
        text = one_line(token.text or names.get(token.id, "")) or "·"
        sign = FORCED_SIGN if token.forced else ""
        share = "" if token.probability is None else f"{token.probability * 100:.0f}%"
        spans.append((text.replace(" ", BLANK_SIGN), FORCED_STYLE if token.forced else "bold"))
        number = f"‹{token.id}›" if token.numbered else ""
        spans.append((f"{sign}{number}{share}  ", "$quiet"))
    n_forced = sum(token.forced for token in tokens)
    legend = f"{len(tokens) - n_forced} sampled · {n_forced} {FORCED_SIGN} forced"
    return Content.assemble(*spans, "\n", (legend, "$quiet"))


def tokens_of(parts: Iterable[Part]) -> list[Token]:
    """All tokens of some parts."""
    return [
        token
        for part in parts
        for token in (part.tokens if isinstance(part, Text) else [*part.tokens, *part.output])
    ]


def reply_end(reply: Reply, again: str = "") -> Content:
    """How a reply ended, its numbers and its verdict; or what it is waiting for.

    Args:
        reply: the reply.
        again: what asks again, where it broke off.
    """
    rows: list[Content] = []
    if reply.state == "failed":
        rows.append(Content.styled(f"✗ {lines(reply.message)}", "$text-error"))
        rows += [Content.styled(again, "$quiet")] if again else []
    elif reply.state == "stopped":
        rows.append(Content.styled("; ".join(filter(None, ["stopped", again])), "$quiet"))
    elif reply.state == "waiting":
        rows.append(Content.styled(reply.message or "waiting for the engine", "$quiet"))
    elif reply.state == "done":
        rows.append(Content.styled(" · ".join(_numbers(reply)), "$quiet"))
    if reply.verdict is not None:
        note = verdict_note(reply.verdict, answered=True)
        rows.append(Content.styled(visible(note.text), _NOTES[note.kind]))
    elif reply.not_judged:
        rows.append(Content.styled(lines(reply.not_judged), "$quiet"))
    return Content("\n").join(rows)


def _numbers(reply: Reply) -> list[str]:
    sampled = sum(not token.forced for token in tokens_of(reply.parts))
    words = [_counted(sampled, "token")]
    words += [f"{scaled(reply.tokens_per_s)} tok/s"] if reply.tokens_per_s else []
    calls = len(list(reply.calls))
    words += [_counted(calls, "call")] if calls else []
    words += [] if reply.tools else ["no tools offered"]
    words += ["seed random"] if reply.seed is None else [f"seed {reply.seed}"]
    words += [_ENDINGS[reply.reason]] if reply.reason in _ENDINGS else []
    return words


def _counted(count: int, what: str) -> str:
    return f"{grouped(count)} {what}{'s' * (count != 1)}"
