"""The tokens of an answer in the Compare pane, and its text as it is shown."""

from __future__ import annotations

import math

import pytest

from tests.tui.conftest import ANSWER, Lab, screen_text, settled, shows, until
from tui.widgets.inspector import Inspector


async def test_cursor_shows_the_tokens_numbers(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        sft = pane.columns.all[1]
        sft.focus()
        sft.select(None)
        await pilot.press("right", "right", "right")
        token = sft.token
        assert token is not None
        assert token.text == "lon"
        inspector = app.query_one(Inspector)
        assert inspector.token is token
        assert token.logprob is not None
        words = inspector.render().plain
        assert f"{math.exp(token.logprob) * 100:.1f} %" in words
        assert f"entropy {token.entropy:.2f} bits" in words
        assert "rank 1" in words
        assert "sampled" in words
        assert "nano/sft · token 3" in words
        assert "▸ “lon”" in words
        await pilot.press("left")
        assert sft.token is not None
        assert sft.token.text == " Vek"
        await pilot.press("end")
        assert sft.token.text == "."
        await pilot.press("right", "down")
        assert sft.token.text == "."


async def test_up_and_down_move_by_lines_and_the_prompt_is_given(lab: Lab) -> None:
    lab.engine.script = lambda request: [" word"] * 60
    async with lab.open((80, 40)) as (app, pilot):
        pane = await settled(app, pilot)
        base = pane.columns.all[0]
        base.focus()
        await pilot.press("right", "down", "down")
        assert base.cursor is not None
        assert base.transcript is not None
        before = base.transcript.line_of(base.cursor)
        await pilot.press("up")
        assert base.transcript.line_of(base.cursor) == before - 1
        await pilot.press("home")
        words = app.query_one(Inspector).render().plain
        assert "given" in words
        assert "Part of the prompt" in words
        assert base.transcript.answer_index(base.cursor) is None


async def test_a_click_selects_the_token_under_it(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        sft = pane.columns.all[1]
        sft.select(None)
        await pilot.click(sft, offset=(2 + len("Mira Veklon comes"), 1))
        assert sft.token is not None
        assert sft.token.text == " from"
        assert pane.columns.current is sft


async def test_going_on_with_another_token_fixes_all_before_it(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        sft = pane.columns.all[1]
        sft.focus()
        sft.select(None)
        await pilot.press("right", "right", "right", "right", "right", "right", "space")
        inspector = app.query_one(Inspector)
        assert app.focused is inspector
        old = sft.answer
        assert old is not None
        kept = [token.id for token in old.rows[0].tokens[:5]]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 3, "the new request")
        request = lab.engine.requests[-1]
        chosen = old.rows[0].tokens[5].alternatives[2]
        assert request.continue_ids == (*kept, chosen.id)
        assert request.messages == old.request.messages
        assert request.params == old.request.params
        await settled(app, pilot)
        answer = sft.answer
        assert answer is not None
        tokens = answer.rows[0].tokens
        assert [token.forced for token in tokens] == [True] * 6 + [False] * (len(ANSWER) - 6)
        assert tokens[5].text == chosen.text
        assert tokens[5].logprob == chosen.logprob
        assert tokens[5].rank == 3
        await shows(app, pilot, "w1")


@pytest.mark.parametrize(
    "words",
    [
        ["[bold red]", "[/]", "[@click=app.quit]x[/]", "["],
        ["\x1b[2J\x1b[31m", "\x9b1m", "\rgone", "\x07"],
        ["👍", "👨\u200d👩\u200d👧", "漢字" * 30, "e\u0301", "\u202eabc"],
        ["\n", "\n\n", "", " ", "\t"],
        ["x" * 3000],
    ],
)
async def test_hostile_text_is_only_text(lab: Lab, words: list[str]) -> None:
    lab.engine.script = lambda request: words
    async with lab.open((80, 40)) as (app, pilot):
        pane = await settled(app, pilot)
        text = screen_text(app)
        assert not any(ord(c) < 32 and c != "\n" for c in text)
        assert not any("\x7f" <= c <= "\x9f" for c in text)
        if words[0].startswith("[bold"):
            await shows(app, pilot, "[bold red][/][@click=app.quit]x[/][")
        pane.columns.go_to(pane.columns.all[1])
        for key in ("right", "down", "end", "left", "up", "space"):
            await pilot.press(key)
        assert app.query_one(Inspector).token is not None


async def test_prompt_tokens_can_be_shown_in_chat(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: screen_text(app).count("<|bos|>") == 1, "the raw prompt's")
        await pilot.press("escape", "right_square_bracket", "v")
        await until(pilot, lambda: screen_text(app).count("<|bos|>") == 2, "the other one's too")


async def test_resize_while_streaming_loses_nothing(lab: Lab) -> None:
    lab.engine.script = lambda request: [f" w{i}" for i in range(300)]
    lab.engine.tokens_per_s = 2000
    async with lab.open(answered=False) as (app, pilot):
        for size in ((80, 24), (200, 60), (40, 10), (60, 16), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.02)
        pane = await settled(app, pilot)
        for column in pane.columns.all:
            assert column.answer is not None
            assert column.transcript is not None
            column.flush()
            shown = "".join(
                piece.text
                for section in column.transcript.sections
                for line in section.layout.lines
                for piece in line
            )
            assert shown.split()[-300:] == [f"w{i}" for i in range(300)] or " w299" in shown


async def test_copy_takes_the_plain_answer(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("escape", "y")
        assert app.clipboard == "".join(ANSWER)
