"""The finder of what is too faint finds it, and asks of signs and lines what they need."""

from __future__ import annotations

from typing import cast

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.screen import ModalScreen
from textual.widgets import Static

from tests.tui.snapshots.contrast import contrast, faint_texts
from tui.app import LabApp

DRAWN = (
    ("word", "word", "#777777"),  # 4.48
    ("legible", "word", "#767676"),
    ("sign", "✓", "#959595"),  # 2.99
    ("visible", "✓", "#949494"),
    ("frame", "───", "#d8d8d8"),  # 1.42
    ("box", "───", "#d0d0d0"),
    ("empty", "   ", "#ffffff"),
    ("disabled", "word", "#949494"),
)


class Faint(App[None]):
    """Words and signs on white; disabled ones in a colour of their own."""

    CSS = "Screen, Static { background: white; }" + "".join(
        f"#{css_id} {{ color: {colour}; }}" for css_id, _, colour in DRAWN
    )

    def compose(self) -> ComposeResult:
        for css_id, text, _ in DRAWN:
            yield Static(text, id=css_id, disabled=css_id == "disabled")


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color(119, 119, 119), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


async def test_what_is_too_faint_is_found_unless_a_dialog_lies_over_it() -> None:
    app = Faint()
    async with app.run_test(size=(20, 10)) as pilot:
        lab = cast(LabApp, app)
        found = faint_texts(lab)
        assert [each.partition(":")[0] for each in found] == ["word", "sign", "frame"]
        assert "4.48 where 4.5 is least" in found[0]
        await app.push_screen(ModalScreen())
        await pilot.pause()
        assert faint_texts(lab) == []
