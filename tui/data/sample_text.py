"""What other thresholds do to the sample, in lines: before and now side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from engine.data.funnel.rules import BY_NAME, RULES
from tui.data.looks import number_words, padded, percent, short_address, value_words
from tui.format import grouped
from tui.pieces import Piece
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.data.funnel.whatif_answer import Crossing, Spread
    from tui.data.sample import Sample

MOVABLE: tuple[str, ...] = tuple(rule.name for rule in RULES if rule.threshold is not None)
"""The rules that have a threshold, in order."""
_NAME_CELLS, _NUMBER_CELLS, _FELL_CELLS = 38, 9, 8
_SHORT_NAME_CELLS = 22
_WIDE_FROM = _NAME_CELLS + 2 * _NUMBER_CELLS + 3 * _FELL_CELLS
_LEVELS = " ▁▂▃▄▅▆▇█"
CLEAN, JUNK = "$text-success", "$text-error"


def threshold_lines(sample: Sample) -> Callable[[int, int], Sequence[Piece]]:
    """Draws ``MOVABLE`` as ``DataRows`` asks for it."""
    fallen = {each.rule: each for each in sample.outcome.fallen} if sample.outcome else {}

    def draw(row: int, width: int) -> Sequence[Piece]:
        name_cells = _NAME_CELLS if width >= _WIDE_FROM else _SHORT_NAME_CELLS
        if row < 0:
            heads = ("published", "now"), ("fell", "now", "change")
            cells = [padded(word, _NUMBER_CELLS, right=True) for word in heads[0]]
            cells += [padded(word, _FELL_CELLS, right=True) for word in heads[1]]
            return [Piece(padded("rule", name_cells) + "".join(cells), "$quiet")]
        rule = BY_NAME[MOVABLE[row]]
        name = rule.name if name_cells == _NAME_CELLS else rule.key
        now, moved = sample.threshold(rule.name), rule.name in sample.changed
        assert rule.threshold is not None
        published = padded(number_words(rule.threshold), _NUMBER_CELLS, right=True)
        shown = f"{'▸' if moved else ''}{number_words(now)}"
        pieces = [
            Piece(padded(name, name_cells), "bold" if moved else ""),
            Piece(published, "$quiet"),
            Piece(padded(shown, _NUMBER_CELLS, right=True), "bold $text-warning" if moved else ""),
        ]
        fell = fallen.get(rule.name)
        if fell is None:
            return [*pieces, Piece(padded("·", _FELL_CELLS, right=True), "$quiet")]
        change = fell.now - fell.before
        return [
            *pieces,
            Piece(padded(grouped(fell.before), _FELL_CELLS, right=True), "$quiet"),
            Piece(padded(grouped(fell.now), _FELL_CELLS, right=True)),
            Piece(padded(signed(change), _FELL_CELLS, right=True), "bold" if change else "$quiet"),
        ]

    return draw


def signed(change: int) -> str:
    """``+12``, ``−3``; a dot for none."""
    if not change:
        return "·"
    return f"{'+' if change > 0 else '−'}{grouped(abs(change))}"


def summary(sample: Sample) -> Content:
    """What is left of the sample, before and now; or why that is not known (yet)."""
    if sample.state == "failed":
        return Content.styled(f"✗ {one_line(sample.message)}", "$text-error")
    if sample.state == "measuring":
        how_far = f"{grouped(sample.measured)} of about {grouped(sample.of)}" if sample.of else "…"
        words = f"A sample of the run's pages is extracted and measured once: {how_far}"
        return Content.styled(words, "$quiet")
    outcome = sample.outcome
    if outcome is None:
        return Content.styled("The sample is judged …", "$quiet")
    before, now = outcome.before, outcome.now
    counts = [("kept", before.kept, now.kept, outcome.pages, "")]
    if outcome.clean or outcome.junk:
        counts += [
            ("clean kept", before.clean_kept, now.clean_kept, outcome.clean, CLEAN),
            ("junk left", before.junk_kept, now.junk_kept, outcome.junk, JUNK),
        ]
    lines = [_left(*each, share=not sample.picked) for each in counts]
    if sample.picked:
        lines[0] += Content.styled(", some of every rule", "$quiet")
    if sample.message:
        lines.append(Content.styled(f"✗ {one_line(sample.message)}", "$text-error"))
    elif sample.asking:
        lines[0] += Content.styled("  …", "$quiet")
    return Content("\n").join(lines)


def _left(name: str, before: int, now: int, of: int, style: str, *, share: bool) -> Content:
    end = f", {percent(now / of) if of else '–'}" if share else ""
    return Content.assemble(
        (padded(name, 12), style or "bold"),
        (f"{grouped(before):>6} → ", "$quiet"), (f"{grouped(now):>6}", "bold"),
        (f" {signed(now - before):>6}", "bold $text-warning" if now != before else "$quiet"),
        (f"  of {grouped(of)}{end}", "$quiet"),
    )  # fmt: skip


def spread_words(spread: Spread | None, published: float, now: float) -> Content:
    """How a rule's values lie for clean pages and for junk, and where the threshold cuts.

    Heights go with the square root of the counts, so that few pages are seen beside many.
    """
    if spread is None:
        return Content.styled("This rule measured no page of the sample.", "$quiet")
    n_bins = len(spread.clean)
    most = max(1, *spread.clean, *spread.junk)
    labelled = any(spread.junk)
    lines = [
        Content.assemble((padded("clean" if labelled else "pages", 7), CLEAN),
                         (_heights(spread.clean, most), CLEAN)),
    ]  # fmt: skip
    if labelled:
        lines.append(
            Content.assemble((padded("junk", 7), JUNK), (_heights(spread.junk, most), JUNK))
        )
    marks = [" "] * n_bins
    marks[_place(spread, published)] = "┆"
    marks[_place(spread, now)] = "▲"
    low, high = number_words(round(spread.low, 3)), number_words(round(spread.high, 3))
    ends = low + f"≥ {high}".rjust(n_bins - len(low))
    beyond = "" if spread.low <= now <= spread.high else f"  {number_words(now)} lies beyond"
    lines.append(Content.assemble(" " * 7, ("".join(marks), "bold $text-warning"), beyond))
    lines.append(Content.styled(" " * 7 + ends, "$quiet"))
    return Content("\n").join(lines)


def _place(spread: Spread, value: float) -> int:
    share = (value - spread.low) / (spread.high - spread.low)
    return max(0, min(len(spread.clean) - 1, int(share * len(spread.clean))))


def _heights(counts: Sequence[int], most: int) -> str:
    return "".join(_LEVELS[math.ceil(8 * math.sqrt(n / most))] for n in counts)


def crossing_lines(crossings: Sequence[Crossing]) -> Callable[[int, int], Sequence[Piece]]:
    """Draws the pages that changed sides as ``DataRows`` asks for it."""

    def draw(row: int, width: int) -> Sequence[Piece]:
        if row < 0:
            return [Piece("   label           page", "$quiet")]
        page = crossings[row]
        sign, style = ("+", "$text-success") if not page.now else ("−", "$text-error")
        label = one_line(page.label or "–").replace("_", " ")
        return [
            Piece(f"{sign}  ", f"bold {style}"),
            Piece(padded(label, 16), _label_style(page.label)),
            Piece(padded(one_line(short_address(page.url or page.id, 400)), max(0, width - 19))),
        ]

    return draw


def _label_style(label: str | None) -> str:
    return {None: "$quiet", "clean": CLEAN}.get(label, "")


def crossing_words(page: Crossing) -> Content:
    """Why a page changed sides."""
    sign, style, words = (
        ("+", "$text-success", "stays now; it fell to") if not page.now
        else ("−", "$text-error", "falls now to")
    )  # fmt: skip
    rule = page.now or page.was
    label = f"  label {one_line(page.label)}" if page.label else ""
    return Content.assemble(
        (f"{sign} ", f"bold {style}"), words, (f" {one_line(rule)}", "bold"),
        (f"  {one_line(value_words(rule, page.value))}", "bold $text-warning"), (label, "$quiet"),
        (f"\n  {one_line(page.url or page.id)}", "$quiet"),
    )  # fmt: skip
