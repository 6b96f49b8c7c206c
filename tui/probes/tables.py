"""The outcome matrix in words: by tier and by what is known, before and after, and the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size
from textual.content import Content

from tui.format import finite, squeezed
from tui.probes.looks import SIGNS, category_sign, signed
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.probes.record import Outcome
    from tui.probes.tally import Counts, Row

_NAME_CELLS, _N_CELLS = 12, 6
_CELLS, _CHANGE_CELLS = 5, 6
_GAP = "  "

HEADLINES = {
    "refusal_unseen": ("refuses the unseen", "of what no page tells, abstained"),
    "refusal_head_known": ("refuses what was known", "of head facts answered before, abstained"),
    "head_accuracy": ("head right", "of head facts, answered right"),
    "correct_given_attempted": ("right of what it answers", "over all tiers"),
    "hallucination_rate": ("hallucinates", "wrong of all that is asked"),
    "refusal_stranger": ("refuses strangers", "names outside the world's lists, abstained"),
    "refusal_skills": ("refuses sums and talk", "arithmetic, spelling, small talk, abstained"),
    "tail_auroc": ("tail by knowledge", "AUROC of refusals against what was known"),
    "refusal_unanswerable": ("refuses the unanswerable", "of what nobody can know, abstained"),
    "refusal_answerable": ("refuses the answerable", "of all that has an answer, abstained"),
    "accuracy_answerable": ("right of the answerable", "of all that has an answer"),
}


def outcomes(
    title: str, rows: Sequence[Row], names: tuple[str, str | None], *, shades: bool = False
) -> Content:
    """A table of shares.

    Args:
        title: what the rows are.
        rows: none of them makes it say that nothing was answered yet.
        names: the probed checkpoint and the one before it, None where nothing is compared.
        shades: whether the rows are SliCK categories, which have a sign.
    """
    if not any(row.now.n or row.before.n for row in rows):
        return Content.styled(f"{title}: no answer yet", "$quiet")
    now, before = names
    heads = [Content.styled(" " * (_NAME_CELLS + _N_CELLS), "")]
    under = [Content.styled(f"{title:{_NAME_CELLS}}{'n':>{_N_CELLS}}", "$quiet")]
    for name in [before, now] if before is not None else [now]:
        shown = squeezed(one_line(name), 3 * _CELLS - 1)
        heads.append(Content.styled(_GAP + set_cell_size(f" {shown}", 3 * _CELLS), "bold"))
        under.append(Content(_GAP) + _signs(_CELLS))
    if before is not None:
        heads.append(Content.styled(_GAP + " change".ljust(3 * _CHANGE_CELLS), "$quiet"))
        under.append(Content(_GAP) + _signs(_CHANGE_CELLS))
    lines = [Content("").join(heads), Content("").join(under)]
    lines += [_line(row, compares=before is not None, shades=shades) for row in rows]
    return Content("\n").join(lines)


def _signs(cells: int) -> Content:
    return Content.assemble(*((f"{sign:>{cells}}", style) for sign, style in SIGNS.values()))


def _line(row: Row, *, compares: bool, shades: bool) -> Content:
    name = one_line(row.name) or "(no group)"
    if shades:
        name = f"{category_sign(row.name)} {name.removesuffix(' known')}"
    number = max(row.now.n, row.before.n)
    parts: list[Content | str | tuple[str, str]] = [
        set_cell_size(name, _NAME_CELLS),
        (f"{number or '–':>{_N_CELLS}}", "$quiet"),
    ]
    for counts in [row.before, row.now] if compares else [row.now]:
        parts += [_GAP, *_shares(counts, row.outcomes)]
    if compares:
        parts += [_GAP, *_changes(row)]
    return Content.assemble(*parts)


def _shares(counts: Counts, meant: Sequence[Outcome]) -> list[str | tuple[str, str]]:
    found: list[str | tuple[str, str]] = []
    for outcome, (_, style) in SIGNS.items():
        share = counts.share(outcome) if outcome in meant else None
        text = "–" if share is None else f"{share:.2f}"
        found.append((f"{text:>{_CELLS}}", style if share else "$quiet"))
    return found


def _changes(row: Row) -> list[str | tuple[str, str]]:
    found: list[str | tuple[str, str]] = []
    for outcome in SIGNS:
        text = _change(row, outcome)
        style = "$quiet" if text in ("–", "0.00") else ""
        found.append((f"{text:>{_CHANGE_CELLS}}", style))
    return found


def _change(row: Row, outcome: Outcome) -> str:
    if outcome not in row.outcomes:
        return "–"
    now, before = row.now.share(outcome), row.before.share(outcome)
    return "–" if now is None or before is None else signed(now - before)


def headline(figures: Mapping[str, Any] | None) -> Content:
    """The figures that a probe is known by, with what they were before where that was measured."""
    found = figures.get("headline") if figures else None
    if not isinstance(found, dict):
        return Content("")
    lines = []
    for key, (name, meaning) in HEADLINES.items():
        value = finite(found.get(key))
        if value is None:
            continue
        before = finite(found.get(f"{key}_before"))
        was = f"  was {before:.3f}" if before is not None else ""
        lines.append(
            Content.assemble(
                (f"{name:26}", ""), (f"{value:.3f}", "bold"), (f"{was:11}  {meaning}", "$quiet")
            )
        )
    return Content("\n").join(lines)
