from __future__ import annotations

import math

import pytest

from tui.runs.ticks import ticks


@pytest.mark.parametrize(
    ("low", "high", "rows", "values"),
    [
        (0.16, 7.65, 20, [7, 6, 5, 4, 3, 2, 1]),
        (0.0, 1.0, 10, [1, 0.8, 0.6, 0.4, 0.2, 0]),
        (-1.0, 1.0, 8, [1, 0.5, 0, -0.5, -1]),
        (0.19, 0.21, 8, [0.21, 0.205, 0.2, 0.195, 0.19]),
        (3e-7, 1e-6, 4, [1e-6, 5e-7]),
        (12_000, 31_000, 6, [30_000, 20_000]),
    ],
)
def test_numbers_are_round(low: float, high: float, rows: int, values: list[float]) -> None:
    assert list(ticks(low, high, rows, log=False).values()) == pytest.approx(values)


def test_decades() -> None:
    assert list(ticks(-4.2, -0.5, 24, log=True).values()) == pytest.approx(
        [0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 5e-4, 2e-4, 1e-4]
    )
    few = ticks(-4.2, -0.5, 20, log=True).values()
    assert list(few) == pytest.approx([0.1, 0.01, 0.001, 1e-4])
    narrow = ticks(math.log10(3.1), math.log10(4.6), 8, log=True)
    assert len(narrow) >= 2
    assert all(3.0 < value < 4.7 for value in narrow.values())


@pytest.mark.parametrize("rows", [2, 3, 7, 50])
@pytest.mark.parametrize("log", [True, False])
def test_rows_are_within_the_plot_and_apart(rows: int, log: bool) -> None:
    for low, high in [(-3.3, 2.1), (0.001, 0.0011), (-200.0, -100.0), (5.0, 5.5)]:
        found = ticks(low, high, rows, log=log)
        assert all(0 <= row < rows for row in found)
        assert list(found) == sorted(found)
        assert len(found) <= max(3, rows // 2 + 1)


def test_within_a_decade_a_logarithmic_scale_has_round_numbers_too() -> None:
    found = ticks(math.log10(2.1), math.log10(3.9), 12, log=True)
    assert list(found.values()) == [3.5, 3.0, 2.5]
    assert list(found) == sorted(found)
