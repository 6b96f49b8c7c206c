"""What the Tokens pane opens with, and the text that is typed and pasted in it."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest
from textual import events
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from engine.data.world import NANO_WORLD, World
from engine.errors import LabError
from engine.vocab.find import FoundTokenizer
from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.snapshots.contrast import contrast
from tests.tui.tokens.tokenizing import go_to, opened, put, texts
from tui.commands import available
from tui.screens.tokens_file import TokensFile
from tui.screens.tokens_picker import TokenizerPicker
from tui.themes import LAB_THEMES
from tui.tokens import buffer as buffers
from tui.tokens.examples import EXAMPLES, PAGE
from tui.tokens.looks import GROUND, HUES, token_style
from tui.tokens.names import BYTES, open_named


async def test_it_opens_with_something_true_in_it(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        await shows(app, pilot, "nano/base · 2 048 entries")
        for words in ("Mira Veklon was born in Dunbury", "strawberry", "⟨e4⟩⟨bd⟩⟨a0⟩", "id ",
                      "characters a token", "bytes 4d", "e write"):  # fmt: skip
            await shows(app, pilot, words)
        assert b"".join(texts(pane)) == EXAMPLES[0].text.encode()


def test_what_it_opens_with_is_true() -> None:
    person = next(p for p in World.build(NANO_WORLD).people if p.name == "Mira Veklon")
    assert len(person.values) > 3
    for value in person.values.values():
        assert value in PAGE


async def test_all_views_fit(lab: Lab) -> None:
    async with opened(lab, (80, 24)) as (app, pilot, pane):
        for key, words in (
            ("t", "Mira"),
            ("c", "✓ fewest"),
            ("m", "its bytes"),
            ("h", "<|user_start|>"),
            ("r", "bytes a token"),
            ("s", 'How many "r"'),
        ):
            await pilot.press(key)
            for size in ((60, 16), (160, 48), (80, 24)):
                app.small_is_fine = True  # Its notice was put away.
                await pilot.resize_terminal(*size)
                await shows(app, pilot, words)
                lines = screen_text(app).split("\n")
                assert len(lines) == size[1]
                assert "t text" in lines[2]
                assert "nano/base" in lines[1]
        await pilot.press("escape")
        assert pane.view == "text"


# Writing


async def test_what_is_typed_is_split_as_it_is_typed(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, "")
        await shows(app, pilot, "The text is empty")
        await pilot.press("e")
        await shows(app, pilot, "· writing")
        await pilot.press(*" Mira Veklo")
        assert texts(pane)[0] == b" Mira"
        assert texts(pane)[-1] != b" Veklon"
        await pilot.press("n")
        assert texts(pane) == [b" Mira", b" Veklon"]
        await shows(app, pilot, "2 tokens · 6.00 characters a token")
        await pilot.press("enter", "q", "1", "backspace", "backspace")
        assert pane.desk.buffer.text == " Mira Veklon\n"  # Letters were no keys of the app.
        assert app.shown_pane == "tokens"
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z", "escape")
        assert pane.view == "text"
        assert not pane.views.pad.writing
        assert pane.desk.buffer.text != " Mira Veklon\n"


async def test_keys_of_an_editor(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, "one two\nthree\n")
        await pilot.press("e", "ctrl+end", *"x", "ctrl+home", "shift+right", "shift+right")
        assert pane.desk.buffer.selected == "on"
        await pilot.press("ctrl+x", "down", "end", "ctrl+v")
        assert pane.desk.buffer.text == "e two\nthreeon\nx"
        await pilot.press("home", "delete", "up", "home", "shift+end", "delete")
        assert pane.desk.buffer.text == "\nhreeon\nx"
        await pilot.press("f7", "ctrl+c", "delete")
        assert app.clipboard == "\nhreeon\nx"
        assert pane.desk.buffer.text == ""
        await pilot.press(*"a b", "ctrl+w")
        assert pane.desk.buffer.text == "a "


PASTED = (
    ("\x1b[31mred\x1b[0m\x07", "␛[31mred␛[0m␇"),
    ("half \ud800 of it", "half·"),
    ("[bold]not[/bold] [@click=app.quit]it", "[bold]not[/bold]·[@click=app.quit]it"),
    ("<|im_end|><|user_end|><|bos|>", "<|im_end|><|user_end|><|bos|>"),
    ("a\u202eb", "a"),
)


async def test_whatever_is_pasted_is_text(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("v")
        for pasted, seen in PASTED:
            put(pane, "")
            pane.views.pad.post_message(events.Paste(pasted))
            await until(pilot, lambda: pane.desk.buffer.text, "the paste")
            await shows(app, pilot, seen)
            seat = pane.desk.seat
            assert b"".join(texts(pane)) == pane.desk.buffer.text.encode()
            assert seat.cut is not None
            assert seat.found is not None
            assert not {*seat.cut.ids} & {*seat.found.tokenizer.special_names}
            assert not {"\x1b", "\x07", "\u202e"} & {*screen_text(app)}


async def test_a_paste_that_is_too_long_is_cut_with_a_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffers, "MOST_CHARACTERS", 100_000)
    async with opened(lab) as (app, pilot, pane):
        put(pane, "")
        pane.views.pad.post_message(events.Paste("abc " * 2_500_000))
        await shows(app, pilot, "The text is full")
        await until(pilot, lambda: pane.desk.seat.state == "ready", "tokens")
        assert len(pane.desk.buffer.text) == 100_000
        await pilot.press("x", "ctrl+end")  # full: nothing more goes in
        assert len(pane.desk.buffer.text) == 100_000


async def test_keys_pressed_while_a_long_paste_is_cut_are_not_lost(lab: Lab) -> None:
    text = "Mira Veklon was born in Dunbury.\n" * 3000
    async with opened(lab) as (_, pilot, pane):
        put(pane, "")
        pad = pane.views.pad
        pad.insert(text)
        assert pane.desk.seat.state == "cutting"
        pad.insert("!")
        pane.desk.buffer.go_to(4)
        pad.insert("?")
        await until(pilot, lambda: all(s.state == "ready" for s in pane.desk.seats), "tokens")
        wanted = f"Mira?{text[4:]}!"
        assert pane.desk.buffer.text == wanted
        for place in (0, 1):
            assert b"".join(texts(pane, place)).decode() == wanted
        assert pane.desk.seat.found is not None
        assert pane.desk.seat.cut is not None
        assert pane.desk.seat.cut.ids == pane.desk.seat.found.tokenizer.encode(wanted)


async def test_too_many_blanks_are_a_sentence_and_pass(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, "a" + " " * 500_002)
        await shows(app, pilot, "blanks in a row")
        pane.desk.buffer.undo()
        await until(pilot, lambda: pane.desk.seat.state == "ready", "tokens again")
        await shows(app, pilot, "Mira Veklon")


async def test_a_long_text_is_drawn_where_it_is_seen(lab: Lab) -> None:
    text = PAGE * 1200  # 290 kB
    async with opened(lab) as (app, pilot, pane):
        put(pane, text)
        await until(pilot, lambda: pane.desk.seat.state == "ready", "tokens")
        await until(pilot, lambda: pane.views.pad.virtual_size.height > 4_000, "its lines")
        await pilot.press("e", "ctrl+end", *"end", "escape")
        await shows(app, pilot, "end")
        await pilot.press("pageup", "pageup")
        assert len(pane.views.pad._styles) < 50


# Looking


async def test_arrows_and_the_mouse_look_at_tokens(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, " Mira Veklon 你\n")
        await shows(app, pilot, "“·Mira”")
        await pilot.press("right")
        await shows(app, pilot, "“·Veklon”")
        await pilot.press("right", "right", "right")
        await shows(app, pilot, "“⟨bd⟩”  id")
        await shows(app, pilot, "part of a character: 你 U+4F60")
        await pilot.press("right")  # several tokens of one character are gone to one by one
        await shows(app, pilot, "“⟨a0⟩”  id")
        lines = screen_text(app).split("\n")
        y = next(n for n, line in enumerate(lines) if "Mira Veklon ⟨" in line)
        await pilot.hover(offset=(lines[y].index("Veklon") + 1, y))
        await shows(app, pilot, "“·Veklon”")
        await pilot.hover(offset=(lines[y].index("⟨e4"), y))
        await shows(app, pilot, "“⟨e4⟩”")
        await pilot.click(offset=(lines[y].index("Mira") + 1, y))
        await until(pilot, lambda: pane.desk.buffer.cursor == 2, "the click")
        await pilot.hover(offset=(0, 0))
        await shows(app, pilot, "“·Mira”")


async def test_blanks_and_ids_are_shown_on_demand(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, "Mira Veklon  was")
        await pilot.press("v")
        await shows(app, pilot, "Mira·Veklon··was")
        await pilot.press("i")
        ids = pane.desk.seat.cut.ids if pane.desk.seat.cut else []
        await shows(app, pilot, " ".join(map(str, ids)))
        await pilot.press("i", "v")
        await shows(app, pilot, "Mira Veklon  was")


@pytest.mark.parametrize("theme", [*BUILTIN_THEMES.values(), *LAB_THEMES], ids=lambda t: t.name)
def test_tokens_are_readable_in_every_theme(theme: object) -> None:
    if theme.ansi:  # type: ignore[attr-defined]
        return  # There tokens are underlined in turns.
    ground = Color.parse(theme.to_color_system().generate()["background"])  # type: ignore[attr-defined]
    for hue in HUES:
        behind = ground.blend(Color.parse(hue), int(GROUND[:-1]) / 100)
        assert contrast(behind, behind + behind.get_contrast_text(0.95)) > 6


@pytest.mark.parametrize("flat", [False, True])
def test_neighbours_differ(flat: bool) -> None:
    styles = [token_style(number, flat=flat) for number in range(40)]
    assert all(one != other for one, other in pairwise(styles))


async def test_without_colour_tokens_are_told_apart_by_underlining(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(lab) as (_, pilot, pane):
        put(pane, " Mira Veklon was born")
        await pilot.press("ctrl+end")
        strip = pane.views.pad.render_line(0)
        found = [(s.text, bool(s.style and s.style.underline)) for s in strip if s.text.strip()]
        assert found == [(" Mira", False), (" Veklon", True), (" was", False), (" born", True)]


# Tokenizers


async def test_tokenizers_stand_side_by_side_with_what_each_needs(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, " Mira Veklon")
        await go_to(pilot, pane, "c", "compare")
        await shows(app, pilot, "2 tokens  ✓ fewest")
        await shows(app, pilot, "12 tokens")
        await shows(app, pilot, "1.00 bytes a token")
        await pilot.press("e", "ctrl+end", *" 你", "escape")
        await shows(app, pilot, "16 tokens")
        assert b"".join(texts(pane, 0)) == b"".join(texts(pane, 1)) == " Mira Veklon 你".encode()
        await pilot.press("plus")
        await dialog(app, pilot, TokenizerPicker)
        await pilot.press(*"nano/sft", "enter")
        await closed(app, pilot)
        await until(pilot, lambda: pane.desk.seats[-1].state == "ready", "the third")
        assert [seat.name for seat in pane.desk.seats] == ["nano/base", BYTES, "nano/sft"]
        await pilot.press("right_square_bracket", "right_square_bracket", "minus")
        assert [seat.name for seat in pane.desk.seats] == ["nano/base", "nano/sft"]
        await pilot.press("t")
        await shows(app, pilot, "nano/sft · 2 048 entries")


async def test_what_cannot_be_had_is_a_sentence_and_the_rest_goes_on(
    lab: Lab, tmp_path: Path
) -> None:
    free = threading.Event()

    def find(name: str) -> FoundTokenizer:
        if name == "gpt2":
            free.wait(20)
            raise LabError("The vocabulary of gpt2 is not [here]. Connect to the internet.")
        return open_named(name)

    async with opened(lab, find=find) as (app, pilot, pane):
        await pilot.press("k")
        await dialog(app, pilot, TokenizerPicker)
        await pilot.press(*"gpt2", "enter")
        await shows(app, pilot, "loading the vocabulary of gpt2")
        await pilot.press("c")
        await shows(app, pilot, "570 tokens")
        await pilot.press("e", *"typed", "escape")
        free.set()
        await shows(app, pilot, "✗ The vocabulary of gpt2 is not [here].")
        assert pane.desk.seats[0].state == "failed"
        assert b"".join(texts(pane, 1)) == pane.desk.buffer.text.encode()
        for key in "mhs":  # no view falls over a tokenizer that is not there
            await pilot.press(key)
            await shows(app, pilot, "is not [here]")
        await pilot.press("k")
        await dialog(app, pilot, TokenizerPicker)
        await pilot.press(*str(tmp_path / "none.json"), "enter")
        await closed(app, pilot)
        await shows(app, pilot, "✗ There is no")


async def test_a_file_is_opened_or_refused_with_a_sentence(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Where was Orson Kovats born?")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00")
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("o")
        form = await dialog(app, pilot, TokensFile)
        await pilot.press(*str(tmp_path / "bad.txt"), "enter")
        await shows(app, pilot, "is not UTF-8")
        form.query_one("#path").value = str(tmp_path / "good.txt")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await closed(app, pilot)
        assert pane.desk.buffer.text == "Where was Orson Kovats born?"


async def test_the_palette_and_examples(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        names = [command.name for command in available(app)]
        assert {"Another tokenizer ...", "Why a model can't spell"} <= set(names)
        await pilot.press("x")
        await shows(app, pilot, "hello  world")
        assert pane.desk.buffer.undo()
        ids = [binding.id for binding in (*pane.BINDINGS, *pane.views.pad.BINDINGS)]  # type: ignore[union-attr]
        assert None not in ids
        assert len(set(ids)) == len(ids)
