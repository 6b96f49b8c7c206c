"""Only the lines that changed are drawn anew: the screen is that of a pad drawn anew as a whole."""

from __future__ import annotations

import random

import pytest

from tests.tui.conftest import Lab
from tests.tui.tokens.tokenizing import opened, put

KEYS = ("a", " ", "enter", "backspace", "delete", "left", "right", "up", "down", "shift+right",
        "shift+down", "ctrl+z", "ctrl+w", "home", "end", "escape", "e", "pageup",
        "ctrl+end")  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
async def test_it_looks_as_if_all_was_drawn(lab: Lab, seed: int) -> None:
    rng = random.Random(seed)
    async with opened(lab, (60, 20)) as (app, pilot, pane):
        put(pane, "Mira Veklon was born in Dunbury.\n\nShe made clocks, 37 of them. " * 12)
        pad = pane.views.focused_pad
        await pilot.press("e")

        def drawn() -> list[str]:
            lines = app.screen._compositor.render_strips()[pad.region.y : pad.region.bottom]
            return [str(list(line)) for line in lines]

        for key in rng.choices(KEYS, k=25):
            if rng.random() < 0.2:
                await pilot.hover(pad, offset=(rng.randrange(2, 50), rng.randrange(1, 9)))
            await pilot.press(key)
            partly = drawn()
            pad.refresh()
            await pilot.pause()
            assert partly == drawn(), key
