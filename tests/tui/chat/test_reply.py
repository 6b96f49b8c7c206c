from __future__ import annotations

from typing import Any

import pytest

from engine.events import NO_TOKEN, ToolCalled, ToolReturned
from engine.protocol import Finished, GenerateRequest, Message, Started
from engine.tool_protocol import ToolAnswer, ToolInfo
from tools.result import ToolResult
from tui.bench.scripted import checkpoint
from tui.bench.scripted_chat import TOOLS, _token
from tui.chat.conversation import Conversation, Exchange
from tui.chat.parts import Call, Text
from tui.chat.policy import Policies
from tui.chat.reply import Reply
from tui.chat.session import Session, next_seed
from tui.models import Model

STARTED = Started(model="m", prompt_ids=(1, 2, 3), prompt_tokens=("a", "b", "c"), max_seq_len=64)
CALLED = ToolCalled(row=0, call=0, tool="search", text="x")


def returned(kind: Any = "ok", **values: Any) -> ToolReturned:
    fields: dict[str, Any] = {
        "output": "found",
        "error": "",
        "elapsed_ms": 2.0,
        "tier": "",
        "truncated": False,
        "sources": ("page",),
        "n_tokens": 3,
    }
    return ToolReturned(row=0, call=0, tool="search", kind=kind, **{**fields, **values})


def ended(reason: Any = "stop") -> Finished:
    return Finished(row=0, reason=reason, n_tokens=1, ttft_s=0.1, tokens_per_s=5.0)


def grown(*events: Any, **values: Any) -> Reply:
    reply = Reply(**values)
    for event in (STARTED, *events):
        reply.take(event)
    return reply


CALL = (_token(10, "", "call"), _token(5, " x", "call"), _token(11, "", "call"), CALLED)
OUTPUT = tuple(_token(i, f" o{i}", "output", forced=True) for i in (20, 6, 21))


def test_parts_follow_the_spans() -> None:
    reply = grown(_token(4, " Hm"), *CALL, *OUTPUT, returned(), _token(7, " yes"), _token(8, "."))
    reply.take(_token(9, "", reason="stop"))
    reply.take(ended())
    assert [type(part) for part in reply.parts] == [Text, Call, Text]
    call = next(reply.calls)
    assert (call.tool, call.text, call.state, call.whole) == ("search", "x", "done", True)
    assert call.outcome is not None
    assert call.outcome.sources == ("page",)
    assert reply.ids == (4, 10, 5, 11, 20, 6, 21, 7, 8)
    assert reply.settled_ids == reply.ids
    assert reply.text == "Hm yes."
    assert reply.state == "done"
    assert reply.n_context == 3 + 9 + 1
    forced = [t.forced for part in reply.parts for t in part.tokens]
    assert not any(forced)
    assert all(token.forced and token.probability is None for token in call.output)


def test_two_calls_in_a_row_are_two_parts() -> None:
    reply = grown(*CALL, *OUTPUT, returned(), *CALL, *OUTPUT, returned("empty"))
    assert [call.state for call in reply.calls] == ["done", "done"]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("ok", "done"),
        ("empty", "done"),
        ("error", "failed"),
        ("timeout", "timed out"),
        ("limit", "failed"),
        ("blocked", "failed"),
        ("crashed", "failed"),
        ("unavailable", "failed"),
        ("denied", "denied"),
        ("cancelled", "broken off"),
    ],
)
def test_every_kind_of_result_is_a_state(kind: Any, state: str) -> None:
    reply = grown(*CALL, *OUTPUT, returned(kind))
    assert next(reply.calls).state == state


def test_a_call_that_is_to_be_approved_waits() -> None:
    reply = grown(*CALL, approve=("search",))
    assert next(reply.calls).state == "waiting"
    assert reply.waiting_call is None  # not before the row has ended
    reply.take(ended("tool_call"))
    assert reply.state == "asking"
    assert reply.waiting_call is next(reply.calls)
    assert reply.ids == (10, 5, 11)
    assert reply.settled_ids == ()


@pytest.mark.parametrize("how", ["stop", "fail", "length"])
def test_a_call_that_nobody_answers_is_broken_off_and_no_past(how: str) -> None:
    reply = grown(_token(4, " Hm"), _token(10, "", "call"), _token(5, " x", "call"))
    if how == "stop":
        reply.stop()
    elif how == "fail":
        reply.fail("gone")
    else:
        reply.take(ended("length"))
    assert next(reply.calls).state == "broken off"
    assert reply.settled_ids == (4,)
    assert reply.text == "Hm"


def test_held_back_text_of_a_cancelled_row_is_kept() -> None:
    reply = grown(_token(4, " caf"), _token(NO_TOKEN, "é", reason="cancelled"))
    assert reply.text == "café"
    assert reply.ids == (4,)


def test_an_answer_of_a_person_replaces_call_and_output() -> None:
    answer = ToolAnswer(
        call_ids=(10, 30, 11),
        call_tokens=("<|search_start|>", " y", "<|search_end|>"),
        output_ids=(20, 31, 21),
        output_tokens=("<|output_start|>", " z", "<|output_end|>"),
        result=ToolResult(kind="ok", output="z"),
    )
    reply = grown(*CALL, approve=("search",))
    call = next(reply.calls)
    call.answered(answer, by="you")
    assert call.ids == (10, 5, 11, 20, 31, 21)
    assert [token.forced for token in call.tokens] == [False] * 3
    call.edited = True
    call.answered(answer, by="tool")
    assert call.ids == (10, 30, 11, 20, 31, 21)
    assert all(token.forced for token in call.tokens)


def test_cutting_copies() -> None:
    reply = grown(_token(4, " Hm"), *CALL, *OUTPUT, returned(), _token(7, " yes"), seed=3)
    again = reply.cut_at_call(1)
    assert again.ids == (4, 10, 5, 11)
    assert again.waiting_call is not None
    assert again.seed == 3
    before = reply.cut(2)
    assert before.ids == (4, 10, 5, 11, 20, 6, 21)
    before.parts.clear()
    assert len(reply.parts) == 3
    assert next(reply.calls).state == "done"


# Conversations and sessions

SFT = Model.of_checkpoint(checkpoint("nano/sft", "sft"))


def test_the_past_goes_by_ids_and_what_broke_off_is_left_out() -> None:
    said = grown(*CALL, *OUTPUT, returned(), _token(7, " yes"))
    lost = grown(_token(10, "", "call"))
    lost.fail("gone")
    talk = Conversation("nano/sft", [Exchange("q1", said), Exchange("q2", lost)])
    session = Session(model=SFT, tools=TOOLS, conversation=talk)
    place = session.ask("q3")
    assert session.request(place, Reply(seed=5)) == GenerateRequest(
        model="nano/sft",
        messages=(
            Message(role="user", content="q1"),
            Message(role="assistant", content="", ids=said.ids),
            Message(role="user", content="q3"),
        ),
        params=session.request(place, Reply(seed=5)).params,
    )
    assert session.request(place, Reply(seed=5)).params.seed == 5


def test_an_imported_model_and_a_server_get_text() -> None:
    from dataclasses import replace

    said = grown(_token(7, " yes"))
    talk = Conversation("smol", [Exchange("q1", said)])
    model = replace(SFT, base="smol", stage="imported", tools=())
    session = Session(model=model, conversation=talk)
    place = session.ask("q2")
    messages = session.request(place, session.fresh()).messages
    assert messages is not None
    assert messages[1] == Message(role="assistant", content="yes")


def test_another_model_begins_another_conversation() -> None:
    talk = Conversation("other", [Exchange("q", grown(_token(7, " yes")))])
    session = Session(model=SFT, tools=TOOLS, conversation=talk)
    assert session.ask("q2") == 0
    assert session.conversation is not talk
    assert session.conversation.model == "nano/sft"
    assert len(talk.exchanges) == 1


def test_rewinding_forks_when_something_was_said_later() -> None:
    one, two = grown(_token(7, " yes")), grown(_token(8, " no"))
    talk = Conversation("nano/sft", [Exchange("q1", one), Exchange("q2", two)])
    session = Session(model=SFT, conversation=talk)
    assert not session.rewind(1, Reply())
    assert session.conversation is talk
    assert session.rewind(0, Reply())
    assert session.conversation is not talk
    assert session.conversation.key != talk.key
    assert [exchange.question for exchange in session.conversation.exchanges] == ["q1"]
    assert len(talk.exchanges) == 2
    assert talk.exchanges[0].reply is one


def test_a_fork_shares_what_is_done_and_copies_what_may_still_grow() -> None:
    done = grown(_token(7, " yes"), ended())
    half = grown(*CALL)
    half.stop()
    talk = Conversation("nano/sft", [Exchange("q1", done), Exchange("q2", half, grown())])
    one, two = talk.forked(2).exchanges
    assert one.reply is done
    assert two.reply == half
    assert two.without == talk.exchanges[1].without
    for mine, other in ((two.reply, half), (two.reply.parts[-1], half.parts[-1])):
        assert mine is not other
    assert two.reply.parts[-1].tokens is not half.parts[-1].tokens


@pytest.mark.parametrize(("before", "after"), [(None, 0), (0, 1), (7, 8)])
def test_next_seed(before: int | None, after: int) -> None:
    assert next_seed(before) == after


def test_policies_follow_trust_and_choice() -> None:
    from dataclasses import replace

    calc, python, search = TOOLS
    network: ToolInfo = replace(search, trust="network")
    missing = replace(python, available=False)
    held = Policies()
    assert [held.of(tool) for tool in (calc, python, search, network, missing)] == [
        "always",
        "ask",
        "always",
        "ask",
        "never",
    ]
    names = ("calc", "python", "search")
    assert held.offered(TOOLS, names) == names
    assert held.asked(TOOLS, names) == ("python",)
    assert held.offered(TOOLS, ("calc",)) == ("calc",)
    assert held.asked(TOOLS, ("calc",)) == ()
    assert [held.turn(calc) for _ in range(3)] == ["never", "ask", "always"]
    held.choose(calc, "never")
    assert held.offered(TOOLS, names) == ("python", "search")


def test_tools_off_offers_none() -> None:
    session = Session(model=SFT, tools=TOOLS)
    assert session.fresh().tools == ("calc", "python", "search")
    assert session.fresh(tools=False).tools == ()
    assert session.fresh(tools=False).approve == ()
