"""One attempt whole: what it was worth, its text, and each token with id and numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from textual.content import Content

from tui.chat.looks import BLANK_SIGN
from tui.format import fitted
from tui.rl.looks import LEGEND, change, signed, token_style, verdict
from tui.rl.wall_layout import parts_words, text_lines
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.rl.record import Attempt, Group

_FEWEST_CELLS, _MOST_CELLS = 8, 24
"""Of a token's text in its line."""
_NUMBER_CELLS = 43
"""Of all else in it."""


def attempt_words(group: Group, card: int, width: int) -> Content:
    """All there is to know of an attempt, in lines of ``width`` cells."""
    attempt = group.attempts[card]
    cells = max(_FEWEST_CELLS, min(_MOST_CELLS, width - _NUMBER_CELLS))
    text = [Content.assemble(*line) for line in text_lines(attempt, max(8, width))]
    parts = [
        _facts(attempt),
        Content(""),
        *text,
        Content(""),
        Content.assemble(("tokens: ", "$quiet"), LEGEND[0], "  ", LEGEND[1]),
        Content.styled(_heads(cells), "$quiet"),
    ]
    rows = (_row(attempt, place, cells) for place in range(len(attempt.ids)))
    return Content("\n").join([*parts, *rows])


def _facts(attempt: Attempt) -> Content:
    sign, style = verdict(attempt)
    answer = "right" if attempt.correct else "wrong"
    end = "ended by itself" if attempt.ended else "cut at the limit"
    drawn = f"{attempt.n_drawn} tokens drawn, {len(attempt.ids) - attempt.n_drawn} put there"
    return Content.assemble(
        (f"{sign} {answer}", style), f" · advantage {signed(attempt.advantage)}",
        f" · reward {signed(attempt.reward).removeprefix('+')} ({parts_words(attempt)})",
        (f"\n{drawn} · {end}", "$quiet"),
    )  # fmt: skip


def _heads(cells: int) -> str:
    name = set_cell_size("token", cells)
    return f"{'#':>4}  {'id':>6}  {name}  {'before':>7}  {'after':>7}  {'nats':>7}"


def _row(attempt: Attempt, place: int, cells: int) -> Content:
    """``12     431  ␣odd         0.42     0.57    +0.31``: probabilities, change in nats."""
    drawn = attempt.drawn[place]
    before = _probability(attempt.logprobs[place]) if drawn else "given"
    nats = change(attempt, place)
    after = ""
    if nats is not None and attempt.logprobs_after is not None:
        after = f"{_probability(attempt.logprobs_after[place])}  {signed(nats):>7}"
    name = set_cell_size(fitted(one_line(attempt.pieces[place]), cells), cells)
    return Content.assemble(
        (f"{place + 1:>4}  {attempt.ids[place]:>6}  ", "$quiet"),
        (name.replace(" ", BLANK_SIGN, 1) if name.startswith(" ") else name, ""),
        (f"  {before:>7}  ", "$quiet" if not drawn else ""),
        (after, token_style(attempt, place) if drawn else ""),
    )


def _probability(logprob: float) -> str:
    return f"{math.exp(min(0.0, logprob)):7.4f}"
