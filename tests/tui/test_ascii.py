from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

import tui
from tests.tui.conftest import Lab, screen_text, until
from tui.ascii import SIGNS, AsciiFilter, in_ascii, needs_ascii
from tui.chat import looks as chat_looks
from tui.pipeline_text import RUN_SIGNS
from tui.probes import looks as probe_looks
from tui.screens.settings import SettingsScreen
from tui.widgets.top_bar import PANES

ODD = (
    "日本語", "👩‍👩‍👧", "e\u0301", "\u0301", "नमस्ते", "मुंबई", "🇪🇺", "❤️", "ｱ", "\u200b", "Ⅷ", "ﬁ", "½",
    "①", "\u00a0", "\u3000", "ß", "Ł", "中a🙂b", "\ue000", "\U0010ffff", "⠿⠀⡇", "ـ",
)  # fmt: skip


def test_every_sign_is_one_cell_for_one_cell() -> None:
    for sign, plain in SIGNS.items():
        assert cell_len(sign) == 1, sign
        assert len(plain) == 1, sign
        assert plain.isascii(), sign
        assert plain.isprintable(), sign
    for code in range(0x2800, 0x2900):
        assert len(in_ascii(chr(code))) == 1
    assert in_ascii("⠀") == " "
    assert in_ascii("🔎") == "> "


@pytest.mark.parametrize("text", ODD)
def test_odd_text_keeps_its_width(text: str) -> None:
    plain = in_ascii(f"a{text}b")
    assert plain.isascii()
    assert len(plain) == cell_len(f"a{text}b")
    assert plain[0] == "a"


def test_verdicts_and_states_stay_distinct() -> None:
    outcomes = [sign for sign, _ in probe_looks.SIGNS.values()]
    outcomes += [probe_looks.PENDING[0], probe_looks.UNREADABLE[0]]
    assert len({in_ascii(sign) for sign in outcomes}) == len(outcomes)
    assert [in_ascii(sign) for sign in outcomes[:3]] == ["+", "x", "o"]
    calls = {sign for sign, _ in chat_looks.SIGNS.values()}
    assert len({in_ascii(sign) for sign in calls}) == len(calls)
    categories = list(probe_looks.CATEGORY_SIGNS.values())
    assert len({in_ascii(sign) for sign in categories}) == len(categories)
    runs = {sign for sign, _ in RUN_SIGNS.values()}
    assert len({in_ascii(sign) for sign in runs}) == len(runs)
    assert len(set(in_ascii("○◌●✗"))) == 4  # of the engine


def test_a_focused_border_and_a_dotted_curve_look_different() -> None:
    assert not set(in_ascii("━┃┏┓┗┛")) & set(in_ascii("─│╭╮╰╯"))
    assert in_ascii("┄┄") != in_ascii("━━")
    assert in_ascii("░") not in (in_ascii("▓"), in_ascii("█"))


def test_the_lab_s_own_signs_are_in_the_table() -> None:
    """A sign that only falls back to ``?`` would say nothing."""
    own = re.compile(r"[\u2010-\u2bff]")
    unknown = {}
    for path in Path(tui.__file__).parent.rglob("*.py"):
        if path.name in ("ascii.py", "examples.py", "safe_text.py"):
            continue  # the table itself, texts of others, and signs of characters that have none
        for sign in own.findall(path.read_text("utf-8")):
            if not 0x2800 <= ord(sign) < 0x2900 and in_ascii(sign) == "?":
                unknown[sign] = path.name
    assert unknown == {}


def test_styles_and_plain_segments_stay() -> None:
    plain, styled = Segment("ok"), Segment("✓", Style(bold=True))
    assert AsciiFilter().apply([plain, styled], Color(0, 0, 0)) == [
        plain, Segment("+", Style(bold=True)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "needed"),
    [
        ({}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "POSIX", "LC_CTYPE": "C.UTF-8"}, True),  # as Python makes of it
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "en_US.utf8"}, False),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
        ({"LANG": "en_US", "LC_CTYPE": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, True),
        ({"LANG": "en_US.UTF-8", "TERM": "vt220"}, True),
        ({"LANG": "en_US.UTF-8", "TERM": "xterm-256color"}, False),
    ],
)
def test_terminals_without_signs_are_known(environ: dict[str, str], needed: bool) -> None:
    assert needs_ascii(environ) is needed


async def test_every_pane_is_drawn_in_ascii(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_SCREEN_ASCII", "on")
    lab.runs.add("base-0003", "running")
    async with lab.open((120, 40)) as (app, pilot):
        await pilot.press("escape", "right", "right", "space")
        await pilot.pause(0.1)
        for pane, (key, title) in PANES.items():
            await app.action_pane(pane)
            await until(pilot, lambda p=pane: app.query(f"#{p}"), title)
            await pilot.pause(0.2)
            for line in screen_text(app).split("\n"):
                assert line.isascii(), (pane, line)
                assert len(line) == 120
            assert f"{key} {title}" in screen_text(app)
        for key in ("f8", "f1", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause(0.2)
            assert screen_text(app).isascii(), key
            await pilot.press("escape")


async def test_it_is_turned_on_and_off_while_the_lab_runs(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        assert "╭" in screen_text(app)
        app.settings.change("screen.ascii", "on")
        await until(pilot, lambda: screen_text(app).isascii(), "ASCII")
        app.settings.change("screen.ascii", "off")
        await until(pilot, lambda: "╭" in screen_text(app), "signs again")
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen), "settings")
