from __future__ import annotations

import itertools
import math
import random
from pathlib import Path
from typing import Any

import pytest
from kept_runs import steps

from tui.runs.curves import MOST_ROWS, Curves, Points
from tui.runs.drawing import (
    MOST_DRAWN,
    Drawn,
    Span,
    binned,
    can_be_log,
    drawable,
    heights,
    smoothed,
    whole_of,
)
from tui.runs.looks import LETTERS, curve_styles
from tui.runs.raster import rasterized
from tui.runs.row import Row


def curves_of(events: list[dict[str, Any]], portion: int = 97) -> Curves:
    curves = Curves()
    for start in range(0, len(events), portion):
        curves.take(events[start : start + portion])
    return curves


def points_of(curves: Curves, name: str = "loss") -> Points:
    points = curves.points(name, "step")
    assert points is not None
    return points


def drawn_of(events: list[dict[str, Any]], letter: str = "A") -> Drawn:
    points = points_of(curves_of(events))
    return drawable(letter, "run", "red", points, list(points.means))


def test_a_short_run_is_kept_as_it_is() -> None:
    points = points_of(curves_of(steps(10)))
    assert [*points.xs] == [*range(1, 11)]
    assert [round(mean, 5) for mean in points.means] == [6.0 - step / 10 for step in range(1, 11)]
    assert points.lows == points.highs == points.means


@pytest.mark.parametrize("n", [2 * MOST_ROWS - 1, 2 * MOST_ROWS, 2 * MOST_ROWS + 1, 20_011])
def test_a_long_run_is_thinned_evenly(n: int) -> None:
    points = points_of(curves_of(steps(n)))
    assert MOST_ROWS <= len(points.xs) <= 2 * MOST_ROWS
    gaps = [b - a for a, b in itertools.pairwise(points.xs)]
    assert max(gaps[:-1]) <= 2 * min(gaps[:-1]), "the beginning is as dense as the end"
    assert points.xs[-1] >= n - max(gaps)
    assert abs(points.means[0] - 6.0) < 0.02


def test_a_spike_of_one_step_stays_to_be_seen() -> None:
    events = steps(20_000)
    events[12_345]["loss"] = 99.0
    points = points_of(curves_of(events))
    assert max(points.highs) == 99.0
    assert max(points.means) < 30


def test_steps_that_are_done_again_replace_those_before() -> None:
    curves = curves_of(steps(100))
    curves.take(steps(100, first=61, loss=1.0))
    points = points_of(curves)
    assert [*points.xs] == [*range(1, 161)]
    assert set(points.means[60:]) == {1.0}


def test_a_log_that_was_written_anew_is_read_from_its_beginning() -> None:
    """As a resumed run does it: the file is replaced, and read from its first line on."""
    curves = curves_of(steps(5000))
    curves.take([{"type": "state", "state": "running", "step": 0}, *steps(300, loss=2.0)])
    points = points_of(curves)
    assert (len(points.xs), set(points.means)) == (300, {2.0})
    seconds = curves.points("loss", "seconds")
    assert seconds is not None
    assert seconds.xs[-1] == 150.0, "and its clock is not taken for one that goes on"


def test_figures_that_come_and_go() -> None:
    events = steps(50)
    for event in events[20:30]:
        event["entropy"] = 0.5
    events.append({"type": "eval", "step": 50, "val_bpb": 2.0})
    curves = curves_of(events)
    assert curves.names == ["loss", "bpb", "lr", "entropy", "val_bpb"]
    assert [*points_of(curves, "entropy").xs] == [*range(21, 31)]
    assert [*points_of(curves, "val_bpb").xs] == [50]
    assert curves.points("reward", "step") is None


@pytest.mark.parametrize("event", [{"step": None}, {"type": "step", "step": [1]}, {"type": {}}, {}])
def test_lines_of_another_program(event: dict[str, Any]) -> None:
    curves = Curves()
    assert not curves.take([event])
    assert curves.names == []


# Drawing


def test_smoothing_does_not_depend_on_how_dense_the_rows_are() -> None:
    rng = random.Random(1)
    events = steps(4000)
    for event in events:
        event["loss"] += rng.gauss(0, 0.3)
    dense = points_of(curves_of(events))
    sparse = points_of(curves_of(events[::8]))
    one = smoothed(dense, 0.9, 4000)
    other = smoothed(sparse, 0.9, 4000)
    assert abs(one[-1] - other[-1]) < 0.15
    noise = [abs(b - a) for a, b in itertools.pairwise(one)]
    assert max(noise[100:]) < 0.05


def test_smoothing_begins_at_the_first_value_and_0_is_none() -> None:
    points = points_of(curves_of(steps(100)))
    assert smoothed(points, 0.0, 100) == list(points.means)
    assert smoothed(points, 0.99, 100)[0] == pytest.approx(points.means[0])
    assert all(5 <= value <= 6 for value in smoothed(points, 0.99, 100))


def test_two_rows_at_one_place_are_no_mishap() -> None:
    events = [{"type": "eval", "step": step, "val_bpb": 2.0} for step in range(5)]
    points = curves_of(events).points("val_bpb", "seconds")
    assert points is not None
    assert smoothed(points, 0.9, 0.0) == [2.0] * 5


def test_from_afar_fewer_rows_are_drawn_and_all_of_them_near_by() -> None:
    drawn = drawn_of(steps(20_000))
    whole = whole_of([drawn])
    assert len(drawn.level(whole).points.xs) <= MOST_DRAWN
    near = whole.zoomed(10_000, 1 / 16, whole)
    assert drawn.level(near) is drawn
    assert max(drawn.level(whole).points.highs) == max(drawn.points.highs)
    assert drawn.level(whole).points.xs[-1] == pytest.approx(whole.high, abs=40)


def test_zoom_keeps_the_place_it_is_about() -> None:
    whole = Span(0, 1000)
    near = whole.zoomed(250, 0.5, whole)
    assert (near.low, near.high) == (125, 625)
    assert near.zoomed(250, 2, whole) == whole
    assert whole.zoomed(1000, 1e-9, whole).width == pytest.approx(10)
    assert near.moved(-1e9, whole).low == 0
    assert near.moved(1e9, whole).high == 1000


def test_one_spike_does_not_flatten_the_rest() -> None:
    events = steps(1000)
    events[500]["loss"] = 1e9
    points = points_of(curves_of(events))
    drawn = drawable("A", "run", "red", points, smoothed(points, 0.0, 1000))
    calm = drawable("A", "run", "red", points, [min(v, 6.0) for v in points.means])
    assert heights([calm], Span(1, 1000), log=False)[1] < 7
    assert heights([drawn], Span(1, 1000), log=False)[1] > 1e8, "but what is drawn is in sight"


def test_a_flat_curve_and_one_point_can_be_drawn() -> None:
    for events in (steps(50, loss=0.0), steps(1)):
        drawn = drawn_of(events)
        low, high = heights([drawn], whole_of([drawn]), log=False)
        assert low < high
        assert rasterized([drawn], whole_of([drawn]), (30, 5), log=False, faint=str).cells


def test_logarithms_only_of_what_has_one() -> None:
    assert can_be_log([drawn_of(steps(5))])
    assert not can_be_log([drawn_of(steps(5, loss=0.0))])
    assert not can_be_log([])


def test_the_line_goes_on_over_columns_without_a_row() -> None:
    drawn = drawn_of([event for event in steps(100) if event["step"] in (1, 100)])
    found = binned(drawn, Span(1, 100), 60)
    assert None not in found.line
    assert sum(low is not None for low in found.lows) == 2
    assert found.line[0] is not None
    assert found.line == sorted(found.line, key=lambda value: -(value or math.inf))


def test_each_curve_has_its_letter_also_where_they_lie_on_each_other() -> None:
    drawn = [drawn_of(steps(100), letter) for letter in LETTERS[:6]]
    raster = rasterized(drawn, whole_of(drawn), (60, 12), log=False, faint=str)
    signs = "".join(sign for row in raster.cells for sign, _ in row)
    assert set(LETTERS[:6]) <= set(signs)
    assert all(len(row) == 60 for row in raster.cells)


def test_the_value_at_a_place() -> None:
    drawn = drawn_of(steps(10))
    assert drawn.at(3.4) == pytest.approx(5.7)
    assert drawn.at(0) is None
    assert drawn.at(10) == pytest.approx(5.0)
    assert drawn.at(10.1) is None


def row(name: str, stage: str) -> Row:
    return Row(name, stage, "pico", "done", 1, 1, None, "", "", Path("/nowhere"))


def test_stages_lend_their_hues_only_where_each_has_one_run() -> None:
    one_each = [row("a", "base"), row("b", "sft")]
    assert curve_styles(one_each, dark=True, ansi=False) == ["$stage-base", "$stage-sft"]
    many = [row(letter, "base") for letter in LETTERS]
    for dark in (True, False):
        assert len(set(curve_styles(many, dark=dark, ansi=False))) == len(LETTERS)
