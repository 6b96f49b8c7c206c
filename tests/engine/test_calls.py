"""What may be drawn when, and what counts as a call: the rules by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_model import IDS, TOKENIZER, TOOLS, calling, raw_tool, said

from engine import special
from engine.calls import CallRules, CallState, Fence
from engine.dialect import LabDialect
from engine.errors import RequestError
from tools.result import ToolResult

DIALECT = LabDialect(TOKENIZER, chats=True, tools=TOOLS)
OFFERED = [raw_tool(name, lambda text, _: ToolResult(kind="ok", output=text)) for name in TOOLS]
RULES = DIALECT.answer_rules(OFFERED, max_calls=2)
END = DIALECT.stop_ids(chat=True)
CALL_TOKENS = {IDS[token] for tool in OFFERED for token in (tool.start, tool.end)}


def state(*said_ids: int, rules: CallRules = RULES) -> CallState:
    return CallState(rules, END, said_ids)


def drawable(of: CallState) -> set[str]:
    return {name for name, token in IDS.items() if token not in of.banned}


def test_in_text_a_call_may_begin_and_the_turn_may_end() -> None:
    starts = {tool.start for tool in OFFERED}
    assert drawable(state()) == starts | {special.ASSISTANT_END}
    assert drawable(state(*said(" It is"))) == starts | {special.ASSISTANT_END}


@pytest.mark.parametrize("tool", TOOLS)
def test_in_a_call_only_its_own_end_may_come(tool: str) -> None:
    assert drawable(state(*calling(tool, "x")[:-1])) == {f"<|{tool}_end|>"}


def test_without_tools_there_is_text_and_the_end() -> None:
    rules = DIALECT.answer_rules()
    assert drawable(state(rules=rules)) == {special.ASSISTANT_END}
    assert drawable(state(*calling("calc", "1"), rules=rules)) == {special.ASSISTANT_END}


def test_an_output_is_never_the_models() -> None:
    output = {IDS[special.OUTPUT_START], IDS[special.OUTPUT_END]}
    for before in ((), calling("calc", "1"), calling("calc", "1")[:-1]):
        assert output <= state(*before).banned


def test_after_the_call_that_was_one_too_many_there_are_no_more() -> None:
    assert IDS["<|calc_start|>"] not in state(*calling("calc", "1") * 2).banned
    assert state(*calling("calc", "1") * 3).banned >= CALL_TOKENS


def test_ids_that_break_the_rules_do_not_confuse_it() -> None:
    """``continue_ids`` may hold anything: what is no call is passed over."""
    calc, python = IDS["<|calc_start|>"], IDS["<|python_end|>"]
    assert state(IDS["<|calc_end|>"], python).open is None
    nested = state(calc, IDS["<|python_start|>"], python, *said(" 1"))
    assert nested.open == Fence("calc", calc, IDS["<|calc_end|>"])
    assert nested.begins == 1
    in_output = state(*said("<|output_start|>", *calling("calc", "1")))
    assert (in_output.open, in_output.n_ended) == (None, 0)


def test_what_is_banned_is_the_same_object_until_it_changes() -> None:
    """The generator keeps its sampler for as long as it is."""
    row = state()
    before = row.banned
    for token in said(" Some text"):
        row.see(token)
    assert row.banned is before
    row.see(IDS["<|calc_start|>"])
    assert row.banned is not before


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, TOKENIZER.n_vocab - 1), max_size=60))
def test_whatever_is_drawn_is_text_and_whole_calls(wanted: list[int]) -> None:
    """A model that wants anything, but draws what it may: its turn always parses."""
    row, open_start, n_ended = state(), None, 0
    for token in wanted:
        if token in row.banned:
            continue
        ended = row.see(token)
        if token in END:
            assert open_start is None
            break
        if open_start is None:
            assert ended is None
            open_start = token if token in CALL_TOKENS else None
        elif token in CALL_TOKENS:
            assert ended is not None
            assert (ended.start, ended.end) == (open_start, token)
            open_start, n_ended = None, n_ended + 1
        assert token not in RULES.never
    assert n_ended == row.n_ended <= RULES.max_calls + 1


def test_approval_is_a_matter_of_each_tool() -> None:
    rules = DIALECT.answer_rules(OFFERED, approve=["python"])
    assert [fence.tool for fence in rules.fences if fence.handed_over] == ["python"]


def test_a_vocabulary_without_the_tools_tokens_is_refused() -> None:
    tool = raw_tool("browse", lambda text, _: ToolResult(kind="ok", output=text))
    with pytest.raises(RequestError, match=r"no tokens <\|browse_start\|> and <\|browse_end\|>"):
        DIALECT.encode_call(tool, "x")
    taught = LabDialect(TOKENIZER, chats=True, tools=("browse",))
    with pytest.raises(RequestError, match="no tokens"):
        taught.answer_rules([tool])


@pytest.mark.parametrize("room", [-3, 0, 1])
def test_no_room_for_an_output_is_no_output(room: int) -> None:
    assert DIALECT.encode_output("42", room) == []
