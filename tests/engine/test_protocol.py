import json
from typing import Any

import pytest

from engine import errors, protocol, wire
from engine.errors import CheckpointError, EngineUnavailableError, LabError, RequestError
from engine.events import Alternative, TokenEvent, ToolCalled, ToolReturned
from engine.protocol import Finished, GenerateRequest, Message, Started, StreamEvent
from engine.sampling_params import SamplingParams

TOKEN = TokenEvent(
    request=7,
    row=1,
    id=42,
    text=' "née"\n\u2028🙂',
    logprob=-0.25,
    alternatives=(Alternative(42, "\x1b[31m", -0.25), Alternative(7, "�", -3.0)),
    entropy=1.5,
    rank=1,
    forced=False,
    span="text",
    finish_reason="stop",
)
STARTED = Started(
    model="nano/base", prompt_ids=(0, 5), prompt_tokens=("⟨bos⟩", " a"), max_seq_len=9
)
FINISHED = Finished(row=1, reason="length", n_tokens=3, ttft_s=0.01, tokens_per_s=120.0)
CALLED = ToolCalled(row=0, call=1, tool="search", text="<|user_end|> Mira\n\x1b[31m")
RETURNED = ToolReturned(
    row=0,
    call=1,
    tool="search",
    kind="empty",
    output="",
    error="",
    elapsed_ms=1.5,
    tier="",
    truncated=False,
    sources=("pocket/17",),
    n_tokens=5,
)


@pytest.mark.parametrize("event", [TOKEN, STARTED, FINISHED, CALLED, RETURNED])
def test_events_round_trip(event: StreamEvent) -> None:
    sent = protocol.encode_event(event)
    assert sent.startswith(b"data: {")
    assert sent.endswith(b"}\n\n")
    assert sent.count(b"\n") == 2
    assert protocol.decode_event(sent.removeprefix(b"data: ")) == event


@pytest.mark.parametrize("kind", [LabError, RequestError, CheckpointError, EngineUnavailableError])
def test_errors_come_back_as_what_they_were(kind: type[LabError]) -> None:
    sent = protocol.encode_event(kind("nano/bäse is damaged.")).removeprefix(b"data: ")
    back = protocol.decode_event(sent)
    assert type(back) is kind
    assert str(back) == "nano/bäse is damaged."


def test_every_error_of_the_family_is_known() -> None:
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, LabError):
            assert type(protocol.error_from_json({"error": {"type": name, "message": "m"}})) is kind


@pytest.mark.parametrize("value", [None, [], {}, {"error": "x"}, {"error": {}}])
def test_a_strange_error_is_still_an_error(value: Any) -> None:
    assert type(protocol.error_from_json(value)) is LabError


@pytest.mark.parametrize(
    "data",
    [
        "[]",
        "{}",
        '{"type": "tokens"}',
        '{"type": ["token"]}',
        '{"type": "finished", "row": 0}',
        "x",
    ],
)
def test_unknown_events_are_refused(data: str) -> None:
    with pytest.raises(RequestError):
        protocol.decode_event(data)


@pytest.mark.parametrize(
    "request_",
    [
        GenerateRequest(model="nano/base", prompt=""),
        GenerateRequest(
            model="nano/sft",
            messages=(Message(role="system", content="s"), Message(role="user", content="<|bos|>")),
            continue_ids=(1, 2, 3),
            params=SamplingParams(temperature=0.0, stop=("\n",), seed=2**40, n_alternatives=5),
            n=protocol.MAX_ROWS,
        ),
        GenerateRequest(model="m", prompt_ids=(0, 5), echo=True, priority="bulk", speculate=3),
    ],
)
def test_requests_round_trip(request_: GenerateRequest) -> None:
    assert wire.decode(GenerateRequest, json.loads(wire.dumps(request_))) == request_


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"model": "m"}, "this one has none"),
        ({"model": "m", "prompt": "a", "messages": []}, "has prompt and messages"),
        ({"model": "m", "prompt": "a", "prompt_ids": [1]}, "prompt and prompt_ids"),
        ({"model": "m", "prompt_ids": [-1]}, "negative"),
        ({"model": "m", "prompt": "a" * 500_001}, "500,001 characters"),
        (
            {"model": "m", "messages": [{"role": "user", "content": "a" * 250_001}] * 2},
            "500,002 characters",
        ),
        ({"model": "m", "prompt": "a", "params": {"stop": ["x"] * 17}}, "stop holds 17"),
        ({"model": "m", "prompt": "a", "params": {"stop": ["x" * 1001]}}, "1,001 characters"),
        ({"model": "m", "prompt": "a", "priority": "urgent"}, "priority"),
        ({"model": "m", "messages": []}, "messages is empty"),
        ({"model": "m", "messages": [{"role": "tool", "content": ""}]}, "messages[0].role"),
        ({"model": "m", "messages": [{"role": "user"}]}, "messages[0].content is missing"),
        ({"model": "m", "prompt": "a", "n": 0}, "n is 0"),
        ({"model": "m", "prompt": "a", "n": protocol.MAX_ROWS + 1}, f"and {protocol.MAX_ROWS}"),
        ({"model": "m", "prompt": "a", "continue_ids": [-1]}, "negative"),
        ({"model": "m", "prompt": "a", "continue_ids": ["1"]}, "continue_ids[0]"),
        ({"model": "m", "prompt": "a", "params": {"temperature": -1}}, "temperature"),
        ({"model": "m", "prompt": "a", "params": {"tempature": 1}}, "'temperature'"),
        ({"model": "m", "prompt": "a", "params": {"max_tokens": 0}}, "max_tokens"),
        ({"model": "m", "prompt": "a", "params": {"stop": "abc"}}, "params.stop"),
        ({"model": "m", "prompt": "a", "params": {"seed": 2**70}}, "params.seed"),
        ({"prompt": "a"}, "model is missing"),
        ({"model": 5, "prompt": "a"}, "model is 5"),
    ],
)
def test_bad_requests_get_a_sentence(body: Any, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        wire.decode(GenerateRequest, body)
    assert sentence in str(caught.value)


CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"messages": None, "prompt": "x", "tools": ["calc"]}, "only a conversation"),
        ({"tools": ["calc", "calc"]}, "names one tool twice"),
        ({"approve": ["calc"]}, "'calc', which is not among tools"),
        ({"max_calls": -1}, "between 0 and 32"),
        ({"max_calls": 33}, "between 0 and 32"),
        ({"tools": "calc"}, "must be a list"),
        ({"messages": [{"role": "user", "content": "", "ids": [1]}]}, "role user has ids"),
        ({"messages": [{"role": "assistant", "content": "x", "ids": [1]}]}, "ids and a text"),
        ({"messages": [{"role": "assistant", "content": "", "ids": [-1]}]}, "negative"),
    ],
)
def test_requests_with_tools_that_are_refused(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        wire.decode(GenerateRequest, CHAT | fields)


def test_a_turn_as_ids_travels_as_it_is() -> None:
    turn = Message(role="assistant", content="", ids=(5, 6, 7))
    request = GenerateRequest(model="m", messages=(turn,), tools=("calc",), approve=("calc",))
    assert wire.decode(GenerateRequest, wire.loads(wire.dumps(request))) == request
    assert (request.n_ids, request.n_chars) == (3, 0)
