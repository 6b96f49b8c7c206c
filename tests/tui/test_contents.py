"""F9 and ``y`` in every pane and view: what is shown goes away as a file or to the clipboard."""

from __future__ import annotations

import csv
import io
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from tests.tui import filtering, probing, reinforcing
from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tui.app import LabApp
from tui.clipboard import MOST_BYTES, Piece, copy
from tui.export.forms import to_csv, to_jsonl, to_markdown
from tui.export.made import Making
from tui.panes.pane import Contents, LabPane
from tui.screens.export import Export, ExportDialog, ask_where

VIEWS = {
    "pipeline": ("",),
    "data": ("f", "b", "d", "t"),
    "tokens": ("t", "c", "m", "h", "r", "s"),
    "compare": ("escape",),
    "chat": (),
    "probes": ("g", "o", "d"),
    "rl": ("w", "c"),
}
ONLY_TO_READ = {("tokens", "s")}


def pane_of(app: LabApp, name: str) -> LabPane:
    return app.query_one(f"#{name}", LabPane)


def checked(contents: Contents) -> tuple[list[dict[str, object]], list[dict[str, str]]]:
    """The rows as they come back from JSONL and from CSV."""
    spread = "".join(to_csv(contents))
    lines = [json.loads(line) for line in to_jsonl(contents)]
    cells = list(csv.DictReader(io.StringIO(spread, newline="")))
    assert len(lines) == len(cells)
    for text in (spread, "".join(to_markdown(contents))):
        assert not any(ord(c) < 32 and c not in "\r\n" for c in text)
    return lines, cells


async def test_every_view_of_every_pane_can_be_taken_away(lab: Lab) -> None:
    filtering.put(lab)
    probing.put(lab)
    reinforcing.put(lab)
    async with lab.open() as (app, pilot):
        await pilot.press("escape")
        for name, views in VIEWS.items():
            await app.action_pane(name)
            pane = pane_of(app, name)
            for key in views:
                if key:
                    await pilot.press(key)
                seen: list[Contents] = []

                def there(pane: LabPane = pane, seen: list[Contents] = seen) -> bool:
                    seen[:] = [found] if (found := pane.contents()) else []
                    return bool(seen) and bool(seen[0].rows or (name, key) in ONLY_TO_READ)  # noqa: B023

                await until(pilot, there, f"contents of {name} {key}")
                lines, _ = checked(seen[0])
                assert lines or (name, key) in ONLY_TO_READ, (name, key)
                assert len("".join(seen[0].blocks)) > 20

                def focused(pane: LabPane = pane) -> bool:
                    return app.focused is not None and pane in app.focused.ancestors_with_self

                await until(pilot, focused, f"the focus is in {name} {key}")
                await pilot.press("y")
                await until(pilot, lambda: app.clipboard, f"a copy from {name} {key}")
                piece = pane.under_cursor()
                assert piece is not None
                assert app.clipboard == piece.text
                app._clipboard = ""
        assert pane_of(app, "chat").contents() is None


async def test_what_compare_writes_is_what_was_said(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        contents = app.compare.contents()
        assert contents is not None
        lines, cells = checked(contents)
        assert {line["model"] for line in lines} == {c.lane.name for c in app.compare.columns.all}
        assert all(cell["text"] == "Mira Veklon comes from Dunbury." for cell in cells)
        tokens = json.loads(cells[0]["tokens"])
        assert "".join(token["text"] for token in tokens) == cells[0]["text"]
        assert tokens[0]["alternatives"]
        await pilot.press("escape", "y")
        await shows(app, pilot, "Copied 31 characters")


async def test_what_takes_long_says_how_far_it_is_and_can_be_left(lab: Lab, tmp_path: Path) -> None:
    ended = threading.Event()

    def endless(making: Making) -> Iterator[str]:
        try:
            for line in making.through(f"{n}\n" for n in itertools.count()):
                yield line
                ended.wait(0.01)
        finally:
            ended.set()

    async with lab.open((80, 24), answered=False) as (app, pilot):
        ask_where(app, Export(title="all numbers", name="numbers", forms={".txt": endless}))
        screen = await dialog(app, pilot, ExportDialog)
        screen.query_one(Input).value = str(tmp_path / "x.txt")
        await pilot.press("enter")
        await shows(app, pilot, "parts so far; esc leaves it")
        await pilot.press("escape")
        await closed(app, pilot)
        await until(pilot, ended.is_set, "the thread ends")
        await until(pilot, lambda: not list(tmp_path.glob(".x.txt*")), "nothing is left")
        assert not list(tmp_path.glob("*.txt"))


async def test_the_dialog_by_mouse_asks_before_it_replaces(lab: Lab, tmp_path: Path) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("f9")
        screen = await dialog(app, pilot, ExportDialog)
        path = screen.query_one(Input)
        assert path.value.startswith("~/llmlab-exports/compare-")
        assert path.value.endswith(".md")
        await pilot.click(Button, offset=(2, 0))
        path.value = str(tmp_path / "out" / "x.md")
        for ending in (".svg", ".csv", ".jsonl"):
            await pilot.click(next(b for b in screen.query(Button) if b.name == ending))
            assert path.value == str(tmp_path / "out" / f"x{ending}")
        await pilot.click("#write")
        await closed(app, pilot)
        target = tmp_path / "out" / "x.jsonl"
        before = target.read_text()
        assert len(before.splitlines()) == len(app.compare.columns.all)
        target.write_text("mine")
        await pilot.press("f9")
        screen = await dialog(app, pilot, ExportDialog)
        screen.query_one(Input).value = str(target)
        await pilot.click("#write")
        await shows(app, pilot, "Replace")
        assert "is there already" in " ".join(screen_text(app).split())
        assert target.read_text() == "mine"
        screen.query_one(Input).value = str(tmp_path / "y.jsonl")
        await until(pilot, lambda: "Replace" not in screen_text(app), "another name, no question")
        screen.query_one(Input).value = str(target)
        await pilot.pause()
        await pilot.click("#write")
        await shows(app, pilot, "Replace")
        await pilot.pause(0.3)  # The button is still being drawn wider.
        await pilot.click("#write")
        await closed(app, pilot)
        assert target.read_text() == before


async def test_a_picture_shows_the_pane_and_escapes_what_is_in_it(lab: Lab, tmp_path: Path) -> None:
    lab.engine.script = lambda request: ["<script>", "&amp;", "]]>", "\x1b[2J"]
    target = tmp_path / "x.svg"
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("f9")
        screen = await dialog(app, pilot, ExportDialog)
        screen.query_one(Input).value = str(target)
        await pilot.press("enter")
        await closed(app, pilot)
    root = ElementTree.parse(target).getroot()
    words = "".join(root.itertext()).replace("\xa0", " ")
    assert "<script>" in words
    assert "export" not in words
    assert not [each for each in root.iter() if each.tag.endswith("script")]


@pytest.mark.parametrize("typed", ["", "/proc/x.md", "~nobody-of-that-name/x.md", "x.doc"])
async def test_a_mistake_is_said_and_nothing_typed_is_lost(lab: Lab, typed: str) -> None:
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await pilot.press("f9")
        screen = await dialog(app, pilot, ExportDialog)
        screen.query_one(Input).value = typed
        await pilot.press("enter")
        await shows(app, pilot, "✗")
        assert screen.query_one(Input).value == typed
        await pilot.press("escape")
        await closed(app, pilot)


async def test_copying_controls_surrogates_nothing_and_too_much(lab: Lab) -> None:
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await copied(
            app, pilot, "\x1b[2J\x00\r\n", "\x1b[2J\x00\r\n", "Copied 7 characters of [b]x."
        )
        await copied(app, pilot, "half \ud83d", "half ?", "Copied 6 characters")
        copy(app, None)
        await shows(app, pilot, "nothing under the cursor")
        copy(app, Piece("all of it", "é" * MOST_BYTES))
        await dialog(app, pilot, ExportDialog)
        await shows(app, pilot, "149 988 bytes")
        assert app.clipboard == "half ?"


async def copied(app: LabApp, pilot: Pilot[None], text: str, clipboard: str, said: str) -> None:
    copy(app, Piece("[b]x", text))
    assert app.clipboard == clipboard
    await shows(app, pilot, said)
