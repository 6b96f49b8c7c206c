from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from engine.errors import CheckpointError
from engine.manifest import CheckpointInfo
from tests.tui.conftest import ANSWER, Lab, screen_text, settled, until
from tui.bench.scripted import checkpoint
from tui.panes.compare import EXAMPLE, ComparePane
from tui.widgets.columns import Columns
from tui.widgets.inspector import Inspector
from tui.widgets.prompt_box import PromptBox
from tui.widgets.status_line import StatusLine


async def test_opens_with_the_example_answered_by_base_and_sft(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        await until(pilot, lambda: "✓ correct" in screen_text(app), "the verdict")
        assert pane.column_names() == ["nano/base", "nano/sft"]
        base, sft = lab.engine.requests
        assert (base.prompt, base.messages) == (EXAMPLE, None)
        assert sft.prompt is None
        assert sft.messages is not None
        assert sft.messages[0].content == EXAMPLE
        text = screen_text(app)
        assert "nano/base ▾ · raw" in text
        assert "nano/sft ▾ · chat" in text
        assert "Mira Veklon comes from Dunbury." in text
        assert "head fact, on 81 pages" in text
        assert "8 tok · 412 tok/s · first 31 ms" in text


async def test_newest_of_a_stage_is_taken_where_none_ships(lab: Lab) -> None:
    lab.checkpoints = lambda: [
        checkpoint("sft-0002", "sft", shipped=False),
        checkpoint("sft-0001", "sft", shipped=False),
        checkpoint("pico/base", "base", preset="pico"),
    ]
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        assert pane.column_names() == ["pico/base", "sft-0002"]


THREE = ("nano/base", "nano/sft", "nano/idk")


def shipped_three() -> list[CheckpointInfo]:
    return [checkpoint(name, name.removeprefix("nano/")) for name in THREE]


async def test_opens_with_the_model_that_refuses_as_well_where_there_is_room(lab: Lab) -> None:
    lab.checkpoints = shipped_three
    async with lab.open((108, 30)) as (app, pilot):
        pane = app.query_one(ComparePane)
        await until(pilot, lambda: len(lab.engine.requests) == 3, "all three asked")
        await settled(app, pilot)
        assert pane.column_names() == [*THREE]
        assert all(column.display for column in pane.columns.all)
        assert app.focused is app.query_one(PromptBox)
        assert screen_text(app).count("8 tok · 412 tok/s") == 3
        await pilot.press("escape", "right_square_bracket", "minus")
        await until(pilot, lambda: len(pane.columns.all) == 2, "one less")
        lab.runs.add("sft-0009", "done")
        await until(pilot, lambda: any(r.name == "sft-0009" for r in app.watch_runs.runs), "seen")
        await pilot.pause()
        assert len(pane.columns.all) == 2, "who takes it away does not get it back"


@pytest.mark.parametrize(
    ("width", "values"),
    [(107, {}), (160, {"shipped": False}), (160, {"preset": "pico"})],
)
async def test_two_columns_where_three_have_no_room_or_none_ships(
    lab: Lab, width: int, values: dict[str, Any]
) -> None:
    lab.checkpoints = lambda: [*shipped_three()[:2], checkpoint("nano/idk", "idk", **values)]
    async with lab.open((width, 30)) as (app, pilot):
        pane = await settled(app, pilot)
        await pilot.pause(0.1)
        assert pane.column_names() == [*THREE[:2]]
        if width == 107:
            await pilot.press("escape", "plus")
            await until(pilot, lambda: pane.column_names() == [*THREE], "added by hand")


async def test_typing_and_enter_asks_all_columns(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        prompt = app.query_one(PromptBox)
        assert app.focused is prompt
        prompt.text = ""
        await pilot.press("h", "i", "alt+enter", "4", "q", "enter")
        pane = await settled(app, pilot)
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        assert lab.engine.requests[2].prompt == "hi\n4q"
        assert pane.columns.all[0].answer is not None
        await pilot.press("ctrl+j")
        await until(pilot, lambda: len(lab.engine.requests) == 6, "asked by ctrl+j")


async def test_an_empty_prompt_is_not_sent(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        app.query_one(PromptBox).text = "  \n"
        await pilot.press("enter")
        await pilot.pause()
        assert len(lab.engine.requests) == 2


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
        assert "w1" in screen_text(app)


async def test_another_seed_repeats_with_the_next_one(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        pane.columns.all[0].lane.own = replace(
            pane.sampling, params=replace(pane.sampling.params, seed=40, temperature=0.0)
        )
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        first, second = lab.engine.requests[2:]
        assert (first.params.seed, first.params.temperature) == (41, 0.0)
        assert (second.params.seed, second.params.temperature) == (8, 0.8)
        assert "seed 8" in screen_text(app)


async def test_shared_and_own_sampling(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        await pilot.press("f2")
        await pilot.pause()
        app.screen.query_one("#temperature", Input).value = "abc"
        await pilot.press("enter")
        assert "'abc'" in screen_text(app)
        app.screen.query_one("#temperature", Input).value = "0.3"
        app.screen.query_one("#n", Input).value = "2"
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked with the new settings")
        assert {r.params.temperature for r in lab.engine.requests[2:]} == {0.3}
        assert {r.n for r in lab.engine.requests[2:]} == {2}
        await settled(app, pilot)
        assert "sample 2 of 2" in screen_text(app)

        pane.columns.go_to(pane.columns.all[1])
        await pilot.press("o")
        await pilot.pause()
        app.screen.query_one("#temperature", Input).value = "0"
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 5, "only this column asked")
        assert lab.engine.requests[-1].model == "nano/sft"
        assert lab.engine.requests[-1].params.greedy
        assert "own temperature 0 greedy" in screen_text(app)
        await pilot.press("o")
        await until(pilot, lambda: len(lab.engine.requests) == 6, "shared settings again")
        assert lab.engine.requests[-1].params.temperature == 0.3


async def test_mode_switch_sends_raw_text_to_all(lab: Lab) -> None:
    async with lab.open() as (_, pilot):
        await pilot.press("ctrl+t", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        assert [r.prompt for r in lab.engine.requests[2:]] == [EXAMPLE, EXAMPLE]


async def test_columns_are_added_chosen_and_removed(lab: Lab) -> None:
    names = ("nano/base", "nano/sft", "base-0007")
    lab.checkpoints = lambda: [checkpoint(n, "sft" if "sft" in n else "base") for n in names]
    async with lab.open((160, 48)) as (app, pilot):
        pane = await settled(app, pilot)
        await pilot.press("escape", "plus")
        await pilot.pause()
        assert pane.column_names() == [*names]
        await pilot.press("plus", "plus")
        await pilot.pause()
        assert len(pane.columns.all) == 4
        await pilot.press("c")
        await pilot.pause()
        assert app.screen.query_one(OptionList).highlighted == 0
        await pilot.press("down", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 3, "the chosen one is asked")
        assert pane.column_names()[-1] == "nano/sft"
        await pilot.press("minus", "minus", "minus", "minus")
        await pilot.pause()
        assert pane.column_names() == ["nano/base", "nano/sft"]


async def test_escape_stops_and_the_engine_hears_of_it(lab: Lab) -> None:
    lab.engine.script = lambda request: [" word"] * 5000
    lab.engine.tokens_per_s = 500
    async with lab.open(answered=False) as (app, pilot):
        columns = app.query_one(Columns)

        def written() -> list[int]:
            return [c.lane.stream.tokens if c.lane.stream else 0 for c in columns.all]

        await until(pilot, lambda: min(written()) > 20, "tokens")
        await pilot.press("escape")
        await until(pilot, lambda: lab.engine.cancelled == 2, "cancelled in the engine")
        for column in columns.all:
            assert column.answer is not None
            assert column.answer.state == "stopped"
            kept = len(column.answer.rows[0].tokens)
            assert kept > 0
        await asyncio.sleep(0.1)
        assert "stopped" in screen_text(app)
        assert len(columns.all[1].answer.rows[0].tokens) == kept  # type: ignore[union-attr]


async def test_an_engine_lost_in_the_middle_is_said_and_restarted(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        lab.engine.lose_after = 3
        await pilot.press("enter")
        pane = await settled(app, pilot)
        await until(pilot, lambda: lab.engine.status.restarts == 1, "the restart")
        text = screen_text(app)
        assert "✗ The engine stopped in the middle of an answer." in text
        assert "Press enter to ask again." in text
        assert "restarted once" in text
        lost = [c.answer for c in pane.columns.all if c.answer and c.answer.state == "failed"]
        assert [len(answer.rows[0].tokens) for answer in lost] == [3]
        await pilot.press("enter")
        pane = await settled(app, pilot)
        assert {c.answer.state for c in pane.columns.all if c.answer} == {"done"}
        assert app.query_one(StatusLine).status is not None


async def test_a_damaged_checkpoint_fails_alone(lab: Lab) -> None:
    sentence = "checkpoints/nano/base/model.safetensors has 12 bytes where 99 were written."
    lab.engine.refusals["nano/base"] = CheckpointError(sentence)
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        assert "✗ checkpoints/nano/base" in screen_text(app)
        assert pane.columns.all[0].hint[0].text == f"✗ {sentence}"
        assert pane.columns.all[1].answer is not None
        assert pane.columns.all[1].answer.state == "done"


async def test_a_column_without_a_checkpoint_is_filled_as_soon_as_there_is_one(lab: Lab) -> None:
    made = [checkpoint("nano/base", "base")]
    lab.checkpoints = lambda: list(made)
    async with lab.open(answered=False) as (app, pilot):
        await until(pilot, lambda: "There is no sft checkpoint" in screen_text(app), "hint")
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 2, "only base is asked")
        made.append(checkpoint("sft-0001", "sft", shipped=False))
        lab.runs.add("sft-0001", "done")
        await until(pilot, lambda: len(lab.engine.requests) == 3, "the new one is asked")
        assert lab.engine.requests[-1].model == "sft-0001"


async def test_an_engine_lost_between_questions_is_started_again(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        lab.engine.gone = True
        await until(pilot, lambda: lab.engine.status.restarts == 1, "the restart")
        await until(pilot, lambda: "restarted once" in screen_text(app), "said")


async def test_the_form_is_walked_with_the_arrow_keys(lab: Lab) -> None:
    async with lab.open((80, 24)) as (_, pilot):
        await pilot.press("f2")
        await pilot.pause()
        await pilot.press(*["down"] * 6, *["backspace"] * 3, "2", "0", "down", "3", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked")
        assert lab.engine.requests[-1].params.max_tokens == 20
        assert lab.engine.requests[-1].n == 3
        assert lab.engine.requests[-1].params.temperature == 0.8


async def test_without_checkpoints_the_way_on_is_said(lab: Lab) -> None:
    lab.checkpoints = list
    async with lab.open(answered=False) as (app, pilot):
        await until(pilot, lambda: "There is no base checkpoint yet" in screen_text(app), "hint")
        assert lab.engine.requests == []
        await pilot.press("escape", "plus", "c")
        await pilot.pause()
        assert "There are no checkpoints yet" in screen_text(app)


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
            assert "[bold red][/][@click=app.quit]x[/][" in text
        pane.columns.go_to(pane.columns.all[1])
        for key in ("right", "down", "end", "left", "up", "space"):
            await pilot.press(key)
        assert app.query_one(Inspector).token is not None


async def test_a_checkpoints_name_is_only_text(lab: Lab) -> None:
    name = "/tmp/[bold]x[/bold] $name [@click=app.quit]"
    lab.checkpoints = lambda: [checkpoint(name, "base", path=Path("/tmp"))]
    async with lab.open((160, 48), answered=False) as (app, pilot):
        await until(pilot, lambda: name in screen_text(app), "the name as it is")
        await pilot.press("escape", "c")
        await pilot.pause()


async def test_prompt_tokens_can_be_shown_in_chat(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        assert screen_text(app).count("<|bos|>") == 1
        await pilot.press("escape", "right_square_bracket", "v")
        await pilot.pause()
        assert screen_text(app).count("<|bos|>") == 2


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
