"""A page that fell: why, beside the threshold, and its text with the offending part marked.

What pages say is never markup and never steers the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from engine.data.funnel.document import EVIDENCE_CHARS
from engine.data.funnel.rules import BY_NAME
from tui.data.looks import ALIKE, FOUND, KEPT_MARK, counted, threshold_words, value_words
from tui.format import fitted, grouped
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from engine.data.funnel.results import DroppedRow

Span = tuple[int, int]
MOST_RAW_CHARS = 24_000
"""Of a raw page that are shown; wrapping a megabyte would stop the screen."""
_MOST_SPANS = 400
_CUT = EVIDENCE_CHARS - 40
"""Evidence that is so long was cut off at its end; a prefix may have been taken from it."""
_PREFIX = re.compile(r"^(?:\d+ × |\[[a-z]{2,3}\] )")
"""What rules put before a part: how often it stands there, or the language that it is in."""
_LEAST_LINE = 12
"""Characters from which on an extracted line is looked for in the raw page; shorter ones are
everywhere."""


def reason(row: DroppedRow) -> Content:
    """The rule, what was measured and the threshold, and the offending part by itself."""
    rule = BY_NAME.get(row.rule)
    title = f"  {rule.title}" if rule else ""
    value = one_line(value_words(row.rule, row.value))
    keeps = threshold_words(rule.keeps if rule else "", row.threshold)
    parts: list[tuple[str, str] | str] = [
        ("✗ ", "$text-error"), (one_line(row.rule), "bold"), title, "\n  ",
        (f"{value}", "bold $text-warning"),
    ]  # fmt: skip
    if keeps:
        parts.append((f"   stays if {keeps}", "$quiet"))
    parts.append((f"   {grouped(row.n_bytes)} bytes", "$quiet"))
    if row.evidence:
        word = "like" if row.rule == ALIKE else "found:"
        parts += [(f"\n  {word} ", "$quiet"), fitted(one_line(row.evidence), 240)]
    return Content.assemble(*parts)


def found_spans(text: str, evidence: str) -> list[Span]:
    """Where the offending part stands in ``text``: all its places, or none.

    It is looked for as it is, then as the same words with anything but letters between them (a rule
    may have measured words and not characters), then line by line. What is the whole text, or its
    beginning as far as evidence goes, is no part of it.
    """
    part = _PREFIX.sub("", evidence, count=1).strip()
    whole = text.strip()
    if not part or (whole.startswith(part) and len(part) >= min(len(whole), _CUT)):
        return []
    ways = [re.escape(part), _as_words(part)]
    lines = [line.strip() for line in part.split("\n") if line.strip()]
    if len(lines) > 1:
        ways.append("|".join(rf"^[ \t]*{re.escape(line)}" for line in lines))
    for pattern in filter(None, ways):
        matches = re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE)
        found = [match.span() for _, match in zip(range(_MOST_SPANS), matches, strict=False)]
        if found:
            return found
    return []


def _as_words(part: str) -> str:
    words = re.findall(r"\w+", part)
    # What was cut off may end in the middle of a word.
    end = r"\b" if len(part) < _CUT else ""
    return r"\b" + r"\W+".join(map(re.escape, words)) + end if words else ""


def marked(text: str, spans: Sequence[Span], style: str = FOUND) -> Content:
    """``text`` as lines that cannot steer the terminal, the parts at ``spans`` in a style."""
    parts: list[tuple[str, str]] = []
    end = 0
    for start, stop in sorted(spans):
        start = max(start, end)
        if stop <= start:
            continue
        parts += [(_lines(text[end:start]), ""), (_lines(text[start:stop]), style)]
        end = stop
    return Content.assemble(*parts, (_lines(text[end:]), ""))


def _lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def text_of(row: DroppedRow, *, empty: str = "") -> Content:
    """The text that the rule met, the offending part marked."""
    if not row.text:
        return Content.styled(empty or "It fell before there was any text.", "$quiet")
    return marked(row.text, found_spans(row.text, row.evidence))


def raw_words(html: str, kept: str) -> Content:
    """A raw page; lines that hold text which was extracted are marked at the left.

    Args:
        html: the page as it was decoded.
        kept: the extracted text; empty where there is none.
    """
    wanted = [line.strip() for line in kept.split("\n") if len(line.strip()) >= _LEAST_LINE]
    shown = html[:MOST_RAW_CHARS]
    parts: list[tuple[str, str]] = []
    for line in shown.split("\n"):
        holds = any(text in line or (len(line) > 40 and line.strip() in text) for text in wanted)
        mark = f"{KEPT_MARK} " if holds else "  "
        parts += [(mark, "$stage-web"), (f"{visible(line.rstrip())}\n", "" if holds else "$quiet")]
    if len(html) > len(shown):
        more = counted(len(html) - len(shown), "more character")
        parts.append((f"  … {more}\n", "$quiet"))
    return Content.assemble(*parts)
