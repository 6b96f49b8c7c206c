from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import EngineUnavailableError
from engine.tool_protocol import ToolAnswer, ToolRequest
from tests.tui.chatting import engine_of, opened
from tests.tui.conftest import Lab, screen_text, shows, until
from tools.result import ToolResult
from tui.bench.scripted_chat import TOOLS
from tui.chat.bench_words import result_words, tokens_words, tool_words


async def test_a_call_by_hand_shows_result_and_tokens(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, _):
        await pilot.press("f3")
        await shows(app, pilot, "tool bench")
        await shows(app, pilot, "tokens of nano/sft")
        await pilot.press("ctrl+t")
        await pilot.press(*"print(1)", "alt+enter", *"print(2)", "enter")
        await shows(app, pilot, "✓ ok")
        (request,) = engine_of(talk).tool_requests
        assert request == ToolRequest(model="nano/sft", tool="python", text="print(1)\nprint(2)")
        text = screen_text(app)
        assert "jail: namespaces" in text
        assert "<|python_start|>‹1002›" in text
        assert "<|output_end|>‹1007›" in text
        assert "that are forced" in text
        await pilot.press("escape")
        assert "tool bench" not in screen_text(app)


async def test_what_was_blocked_and_why(talk: Lab) -> None:
    engine_of(talk).results = lambda request: ToolResult(
        kind="blocked", error="PermissionError: [Errno 1] /etc/passwd", tier="Landlock, seccomp"
    )
    async with opened(talk) as (app, pilot, _):
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("x", "enter")
        await shows(app, pilot, "✗ blocked by the jail")
        text = screen_text(app)
        assert "jail: Landlock, seccomp" in text
        assert "/etc/passwd" in text


async def test_escape_stops_a_call_first_and_closes_then(talk: Lab) -> None:
    engine_of(talk).hold_tools = True
    async with opened(talk) as (app, pilot, _):
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("1", "enter")
        await shows(app, pilot, "calc runs; escape stops it")
        await pilot.press("escape")
        await shows(app, pilot, "stopped")
        await pilot.press("escape")
        await until(pilot, lambda: "tool bench" not in screen_text(app), "closed")


async def test_a_lost_engine_is_a_sentence(
    talk: Lab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lost(request: ToolRequest) -> ToolAnswer:
        raise EngineUnavailableError("The engine is gone.")

    monkeypatch.setattr(engine_of(talk), "call_tool", lost)
    async with opened(talk) as (app, pilot, _):
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("1", "enter")
        await shows(app, pilot, "✗ The engine is gone.")


def test_text_that_looks_like_structure_is_not_marked_as_such() -> None:
    answer = ToolAnswer(
        call_ids=(1, 2, 3),
        call_tokens=("<|calc_start|>", "<|calc_end|>", "<|calc_end|>"),
        output_ids=(4, 5),
        output_tokens=("<|output_start|>", "<|output_end|>"),
        result=ToolResult(kind="ok"),
    )
    content = tokens_words(answer)
    marked = [
        content.plain[span.start : span.end]
        for span in content.spans
        if str(span.style) == "bold reverse"
    ]
    assert marked == [
        "marked",
        "<|calc_start|>",
        "<|calc_end|>",
        "<|output_start|>",
        "<|output_end|>",
    ]
    assert content.plain.count("<|calc_end|>") == 2


@pytest.mark.parametrize("words", ["[bold]x[/]", "\x1b[31m", "\u202ex", "a\nb"])
def test_words_of_tools_and_results_are_only_text(words: str) -> None:
    tool = replace(TOOLS[0], doc=words, tier=words, detail=words, available=False)
    result = ToolResult(kind="error", output=words, error=words, sources=(words,), tier=words)
    shown = [tool_words(tool), *result_words(result)]
    for content in shown:
        assert not any(ord(c) < 32 and c != "\n" for c in content.plain)
        assert "\u202e" not in content.plain
    if words.startswith("["):
        assert all(words in content.plain for content in shown)
