from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widget import Widget
from textual.widgets import Button

from tests.tui.conftest import Lab, until
from tests.tui.snapshots.contrast import contrast
from tui.app import LabApp
from tui.themes import ANSI_THEME, LAB_THEMES, lab_variables, theme_names
from tui.tokens.looks import CURSOR
from tui.widgets.top_bar import PANES

OURS = [theme for theme in LAB_THEMES if not theme.ansi]
GROUNDS = ("background", "surface", "panel", "cursor")
WORDS = ("foreground", "text-error", "text-success", "text-warning", "text-accent", "text-primary")
STAGES = ("web", "tokens", "base", "sft", "idk", "rl")
OTHERS = (
    "line", "scrollbar", "scrollbar-hover", "scrollbar-background",
    "screen-selection-foreground", "screen-selection-background",
)  # fmt: skip
MARKS = ("quiet", "primary", "accent", *(f"stage-{name}" for name in STAGES))


def colours(theme: Theme) -> dict[str, Color]:
    variables = theme.to_color_system().generate()
    variables |= lab_variables(theme, variables)
    names = (*GROUNDS, *WORDS, *MARKS, *OTHERS)
    return {name: Color.parse(variables[name]) for name in names}


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_every_word_can_be_read_on_every_ground(theme: Theme) -> None:
    found = colours(theme)
    high = theme.name == "lab-contrast"
    for ground in GROUNDS:
        on = {name: contrast(found[name], found[ground]) for name in (*WORDS, *MARKS)}
        assert min(on[name] for name in WORDS) >= (7 if high else 4.5), (ground, on)
        assert min(on[name] for name in MARKS) >= 4.5, (ground, on)
    assert contrast(found["line"], found["background"]) >= (3 if high else 1.5)
    for ground in ("background", "scrollbar-background"):
        assert contrast(found["scrollbar"], found[ground]) >= 3
        assert contrast(found["scrollbar-hover"], found[ground]) >= 3
    marked = contrast(found["screen-selection-foreground"], found["screen-selection-background"])
    assert marked >= (7 if high else 4.5)
    # On a reversed word ground and letters only change places.
    assert CURSOR == "bold reverse"


@pytest.mark.parametrize("theme", LAB_THEMES, ids=lambda theme: theme.name)
def test_a_stage_is_told_from_the_others_and_from_a_verdict(theme: Theme) -> None:
    found = colours(theme)
    verdicts = ("text-error", "text-success", "text-warning")
    hues = [found[name] for name in (*(f"stage-{stage}" for stage in STAGES), *verdicts)]
    assert len(set(hues)) == len(hues)


def drawn(app: LabApp) -> Iterator[Segment]:
    for strip in app.screen._compositor.render_strips():
        yield from strip


@pytest.mark.parametrize("name", [n for n in theme_names() if n not in ("lab-dark", "lab-light")])
def test_any_theme_has_all_the_variables_we_use(name: str) -> None:
    themes = {**BUILTIN_THEMES, **{theme.name: theme for theme in LAB_THEMES}}
    theme = themes[name]
    variables = theme.to_color_system().generate()
    for color in lab_variables(theme, variables).values():
        Color.parse(color)


async def test_themes_turn_while_the_lab_runs(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        for name in ("lab-contrast", "ansi-light", ANSI_THEME, "nord"):
            app.theme = name
            await until(pilot, lambda: not app._batch_count, "drawn")
            await pilot.pause(0.1)
            grounds = {segment.style.bgcolor for segment in drawn(app) if segment.style}
            inks = {segment.style.color for segment in drawn(app) if segment.style}
            if name == ANSI_THEME:
                assert all(ground is None or ground.is_default for ground in grounds)
                assert RichColor.from_ansi(8) not in inks  # Solarized's is its background.
            if name == "nord":
                assert not all(ground is None or ground.is_default for ground in grounds)


@pytest.mark.parametrize("value", ["0"])
async def test_no_color_leaves_none_and_what_is_chosen_shows(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    monkeypatch.setenv("LLMLAB_SCREEN_THEME", "lab-light")
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("escape", "1", "f8")
        await pilot.pause(0.3)
        styles = [(segment.text, segment.style) for segment in drawn(app) if segment.style]
        for _, style in styles:
            for color in (style.color, style.bgcolor):
                assert color is None or color.is_default
        assert any("theme" in text and style.reverse for text, style in styles)
        assert any(text.strip() and style.dim for text, style in styles)  # what is quiet
        await pilot.press("escape")
        app.theme = "nord"
        await until(pilot, lambda: app.theme == ANSI_THEME, "no theme to choose")
        await until(pilot, lambda: app._notifications, "said")
        (notice,) = app._notifications
        assert notice.message.startswith("! NO_COLOR")  # not by the colour of a warning alone


async def test_without_colours_the_focus_is_seen_wherever_it_is(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with lab.open((120, 40)) as (app, pilot):

        async def look(widget: Widget, focused: Widget | None) -> tuple[list[Segment], ...]:
            app.screen.set_focus(focused, scroll_visible=False)
            await pilot.pause(0.02)
            rows = app.screen._compositor.render_strips()[widget.region.y : widget.region.bottom]
            return tuple([*row.crop(widget.region.x, widget.region.right)] for row in rows)

        for pane in PANES:
            await app.action_pane(pane)
            await until(pilot, lambda: app.focused is not None, pane)
            # Which buttons can be pressed may change; what is alone need not be told from others.
            chain = [each for each in app.screen.focus_chain if not isinstance(each, Button)]
            for widget in chain if len(chain) > 1 else ():
                seen, unseen = await look(widget, widget), await look(widget, None)
                assert seen != unseen, (pane, widget)


async def test_an_empty_no_color_is_none(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with lab.open((80, 24)) as (app, _):
        assert app.theme == "lab-dark"
        assert any(
            s.style and s.style.color and s.style.color.triplet not in (None, (0, 0, 0))
            and len(set(s.style.color.triplet)) > 1
            for s in drawn(app)
        )  # fmt: skip


def opened_on_a_terminal(*options: str, **environ: str) -> tuple[int, str]:
    """``llmlab`` with options that it refuses, on a pseudo-terminal: exit code and stderr."""
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tui.cli", *options],
            stdin=slave,
            stdout=slave,
            stderr=subprocess.PIPE,
            env={**os.environ, **environ},
            timeout=30,
            check=False,
        )
    finally:
        os.close(slave)
        os.close(master)
    return done.returncode, done.stderr.decode()


@pytest.mark.skipif(os.name != "posix", reason="no pseudo-terminals")
def test_what_cannot_be_drawn_is_a_sentence() -> None:
    code, said = opened_on_a_terminal(TERM="dumb")
    assert code == 2
    assert "TERM=dumb" in said
    code, said = opened_on_a_terminal("--theme", "blue")
    assert code == 2
    assert "screen.theme is 'blue'" in said
    assert "lab-contrast" in said
    assert "Traceback" not in said
