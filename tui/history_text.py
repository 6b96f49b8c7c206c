"""What the history says of something found: where and when it was, and the words around a hit."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.format import fitted
from tui.safe_text import one_line
from tui.state.entries import Subject, folded
from tui.state.history import Found, Hit

WHERE: dict[Subject, str] = {
    "conversation": "Chat",
    "prompt": "Compare",
    "decision": "tool bench",
    "probe": "Probes",
}
_BEFORE = 16
"""Cells of an excerpt before its hit."""


def found_lines(found: Found, words: Sequence[str], width: int) -> Content:
    """What it began with; where, when and with which models; what else in it holds the words."""
    names = (name for hit in found.hits for name in hit.model.split(", ") if name)
    models = list(dict.fromkeys(map(one_line, names)))
    n_hits = len(found.hits)
    about = [WHERE[found.subject], found.time[:16].replace("T", " "), *models[:3]]
    about += [f"{n_hits} hits"] if words and n_hits > 1 else []
    parts = [
        _marked(fitted(one_line(found.title), width), words, "bold"),
        Content.styled(fitted(f"  {' · '.join(about)}", width), "$quiet"),
    ]
    hit = _other(found)
    if words and hit is not None:
        text = f"  {hit.kind}: {excerpt(hit.text, words, width - len(hit.kind) - 4)}"
        parts.append(_marked(text, words, "$quiet"))
    return Content("\n").join(parts)


def excerpt(text: str, words: Sequence[str], width: int) -> str:
    """``width`` cells of a text around the first of the words."""
    line = one_line(text)
    places = [place for word in words if (place := line.casefold().find(word)) >= 0]
    at = max(0, min(places, default=0) - _BEFORE)
    return fitted(f"{'…' * (at > 0)}{line[at:]}", max(8, width))


def words_of(text: str) -> list[str]:
    """What was typed, as it is searched for."""
    return folded(text).split()


def _other(found: Found) -> Hit | None:
    """The newest hit that is not the title."""
    return next((hit for hit in found.hits if hit.text != found.title), None)


def _marked(text: str, words: Sequence[str], style: str) -> Content:
    content = Content.styled(text, style)
    low = text.casefold()
    if len(low) != len(text):
        return content  # Case folding has moved the places.
    for word in words:
        at = low.find(word)
        while at >= 0:
            content = content.stylize("underline", at, at + len(word))
            at = low.find(word, at + len(word))
    return content
