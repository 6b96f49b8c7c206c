from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from engine.evals.rl_curve import HEIGHT, WIDTH, curve
from tests.engine.evals.attempted import events, heldout

SVG = "{http://www.w3.org/2000/svg}"


def drawn(evals: list[dict[str, Any]], cold_start: int = 0) -> ElementTree.Element:
    return ElementTree.fromstring(curve(evals, cold_start=cold_start))


def words(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def lines(root: ElementTree.Element) -> list[list[tuple[float, float]]]:
    found = [element.attrib["points"].split() for element in root.iter(f"{SVG}polyline")]
    return [[(float(x), float(y)) for x, y in (p.split(",") for p in points)] for points in found]


def measured(**values: int) -> list[dict[str, Any]]:
    return [event for event in events(**values) if event["type"] == "rl_eval"]


@pytest.mark.parametrize(
    ("evals", "cold_start"),
    [
        (measured(), 0),
        (measured(cold_start=30), 30),
        (measured(steps=2000), 0),
        (measured(steps=3), 0),
        ([heldout(0, 0.0, 0.0)], 0),
        ([heldout(0, 0.0, None), heldout(1, 1.0, None)], 0),
        ([heldout(0, 0.1, 5000.0), heldout(7, 0.1, 0.25)], 6),
        ([heldout(0, 0.5, 3.0, *map(str, range(30)))], 0),
    ],
)
def test_everything_stands_within_the_frame(evals: list[dict[str, Any]], cold_start: int) -> None:
    root = drawn(evals, cold_start)
    assert root.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"
    places = [place for line in lines(root) for place in line]
    for element in root.iter():
        for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if x in element.attrib:
                places.append((float(element.attrib[x]), float(element.attrib[y])))
    assert places
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


def test_better_is_higher_and_later_is_further_right() -> None:
    evals = [heldout(0, 0.2, 10.0), heldout(10, 0.6, 40.0), heldout(20, 0.9, 30.0)]
    right, length = lines(drawn([*evals], 0))[::2]
    assert sorted(right) == right
    assert [y for _, y in right] == sorted((y for _, y in right), reverse=True)
    assert length[1][1] < length[2][1] < length[0][1]
    # As far from each other as their steps are.
    assert right[1][0] - right[0][0] == pytest.approx(right[2][0] - right[1][0], abs=0.2)


def test_a_cold_start_is_marked_and_takes_little_room() -> None:
    evals = [heldout(0, 0.1, 9.0), heldout(600, 0.2, 9.0), heldout(610, 0.3, 9.0)]
    root = drawn(evals, 600)
    assert words(root).count("cold start") == 2
    assert "600" in words(root)
    before, end, after = (x for x, _ in lines(root)[0])
    assert 0 < end - before < (after - end) / 2
    assert "cold start" not in words(drawn(evals))


def test_each_line_has_its_name_its_value_and_another_look() -> None:
    tasks = ("parity", "sorting", "addition", "gym:chain_sum", "letters")
    figures = {
        task: {"pass_at_1": n / 10, "length": 20.0 * n, "pass_at_k": 1.0, "k": 4, "n": 8}
        for n, task in enumerate(tasks, 1)
    }
    root = drawn([{"type": "rl_eval", "step": step, "tasks": figures} for step in (0, 10)])
    said = words(root)
    for n, task in enumerate(tasks, 1):
        assert f"{n / 10:.2f} {task}" in said
        assert f"{20 * n} {task}" in said
    looks = [(e.attrib["stroke"], e.get("stroke-dasharray")) for e in root.iter(f"{SVG}polyline")]
    assert len(set(looks)) == len(tasks)


def test_labels_of_equal_values_do_not_cover_each_other() -> None:
    evals = [heldout(0, 1.0, 50.0, "a", "b", "c", "d"), heldout(10, 1.0, 0.0, "a", "b", "c", "d")]
    labels = [e for e in drawn(evals).iter(f"{SVG}text") if (e.text or "")[-2:].strip() in "abcd"]
    heights = [float(e.attrib["y"]) for e in labels if (e.text or "").startswith(("1.00", "0 "))]
    assert len(heights) == 8
    gaps = [b - a for a, b in pairwise(sorted(heights))]
    assert min(gaps) >= 14.5


@pytest.mark.parametrize("name", ["a<b>&amp;", '"quoted"', "</text><script>", "]]>", "ñ→漢"])
def test_names_are_text_whatever_they_are(name: str) -> None:
    said = words(drawn([heldout(0, 0.5, 10.0, name), heldout(9, 0.5, 10.0, name)]))
    assert f"0.50 {name}" in said
    assert f"10 {name}" in said


def test_a_step_measured_twice_counts_once_with_what_came_last() -> None:
    evals = [heldout(0, 0.1, 5.0), heldout(10, 0.2, 5.0), heldout(10, 0.7, 5.0)]
    root = drawn(evals)
    assert [len(line) for line in lines(root)] == [2] * 4
    assert "0.70 parity" in words(root)


def test_a_task_without_a_length_has_no_line_below() -> None:
    evals = [heldout(0, 0.1, None, "parity")]
    assert len(lines(drawn(evals))) == 1
