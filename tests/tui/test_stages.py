"""The stages: the same as the engine trains, each with a hue that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from engine.evals.card import STAGE_SENTENCES
from engine.train import recipe
from tui.stages import STAGES, TRAINED, hue
from tui.themes import LAB_THEMES, lab_variables

LEAST_CONTRAST = 4.5
"""Of text on its ground, as WCAG asks for at AA."""


def hues(theme: Theme) -> dict[str, Color]:
    variables = lab_variables(theme, {"background": "#000000", "foreground": "#ffffff"})
    return {s.name: Color.parse(variables[hue(s.name).removeprefix("$")]) for s in STAGES}


def luminance(color: Color) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", LAB_THEMES, ids=lambda theme: theme.name)
def test_every_hue_can_be_read_on_every_ground(theme: Theme) -> None:
    for name, color in hues(theme).items():
        for ground in (theme.background, theme.surface, theme.panel):
            assert ground is not None
            found = contrast(color, Color.parse(ground))
            assert found >= LEAST_CONTRAST, f"{name} on {ground}: {found:.2f}"


@pytest.mark.parametrize("theme", LAB_THEMES, ids=lambda theme: theme.name)
def test_no_hue_is_that_of_another_stage_or_of_a_verdict(theme: Theme) -> None:
    """Thirty degrees apart on the colour wheel."""
    verdicts = {name: getattr(theme, name) for name in ("success", "warning", "error")}
    trained = {name: color for name, color in hues(theme).items() if name in TRAINED}
    others = {**trained, **{name: Color.parse(value) for name, value in verdicts.items()}}
    for name, color in trained.items():
        for other, against in others.items():
            apart = abs(color.hsl.h - against.hsl.h)
            assert name == other or min(apart, 1 - apart) > 30 / 360, f"{name} and {other}"


def test_the_stages_are_those_that_the_engine_trains() -> None:
    assert TRAINED == recipe.STAGES
    assert set(STAGE_SENTENCES) == set(recipe.STAGES)


@pytest.mark.parametrize("stage", TRAINED)
def test_a_stage_has_its_hue_on_columns(stage: str) -> None:
    import tui

    sheet = (Path(tui.__file__).parent / "app.tcss").read_text("utf-8")
    assert f"&.-{stage} {{" in sheet
    assert f"&.-{stage}:focus {{" in sheet
    assert hue(stage) in sheet
