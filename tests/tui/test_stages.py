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

# A terminal's own 16 colours are not enough for all; there the words must do.
THEMES = [theme for theme in LAB_THEMES if not theme.ansi]


def hues(theme: Theme) -> dict[str, Color]:
    variables = lab_variables(theme, theme.to_color_system().generate())
    return {s.name: Color.parse(variables[hue(s.name).removeprefix("$")]) for s in STAGES}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
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
