"""What a search found, and the text in which a model reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.sanitise import CUT, sanitised_line

NO_RESULTS = "No results."
MAX_RESULTS = 3
MAX_WORDS = 60
"""Words of a snippet."""

_MIN_TAIL_CHARS = 60
"""A result cut shorter than this says too little to be shown."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result, in plain text on one line; make it with ``Hit.of``."""

    source: str
    """Where it stands, without spaces: ``pocket/3121`` or a host."""
    title: str
    snippet: str
    url: str
    """Its address, to be shown to a person; nothing ever fetches it. May be empty."""

    @classmethod
    def of(cls, *, source: str, snippet: str, title: str = "", url: str = "") -> Hit:
        """A hit of texts from anywhere: control characters, line ends and excess are taken out."""
        return cls(
            source="_".join(sanitised_line(source, 80).split()) or "unknown",
            title=sanitised_line(title, 120),
            snippet=first_words(sanitised_line(snippet, 2_000)),
            url="".join(sanitised_line(url, 500).split()),
        )


def as_text(results: Sequence[Hit], *, max_chars: int = 900) -> str:
    """What the model reads: a line a result, ``{source}: {snippet}`` (``{source}: {title} -
    {snippet}`` where there is a title), at most ``MAX_RESULTS`` of them in ``max_chars``
    characters; without results ``NO_RESULTS``.
    """
    lines: list[str] = []
    left = max_chars
    for hit in results[:MAX_RESULTS]:
        line = f"{hit.source}: {' - '.join(part for part in (hit.title, hit.snippet) if part)}"
        if len(line) > left:
            if lines and left < _MIN_TAIL_CHARS:
                break
            line = line[: max(0, left - len(CUT))].rsplit(" ", 1)[0] + CUT
        lines.append(line)
        left -= len(line) + 1
    return "\n".join(lines) or NO_RESULTS


def first_words(text: str, most: int = MAX_WORDS) -> str:
    """``text`` up to its ``most``th word, with an ellipsis where it was cut."""
    words = text.split()
    return text if len(words) <= most else " ".join(words[:most]) + CUT
