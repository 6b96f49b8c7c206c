"""What the events of a row say: text and stop strings over tokens, figures, echoes, ends."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import tiny_models
import torch
from generating import MODEL, ask, drive, greedy_reference, prompt
from tiny_models import LETTERS, ByteTokens

from engine.calls import CallRules, Fence
from engine.events import NO_TOKEN, TokenEvent, collect
from engine.generate import Generator
from engine.model import Transformer
from engine.request import Request
from engine.sampling_params import SamplingParams


class Scripted(Transformer):
    """A model that says the given ids, whatever it reads: position p is followed by script[p]."""

    def __init__(self, script: list[int], max_seq_len: int = 48) -> None:
        super().__init__(
            tiny_models.config(
                n_layers=1, max_seq_len=max_seq_len, d_model=97, n_heads=1, n_kv_heads=1
            )
        )
        with torch.no_grad():
            for weight in self.parameters():
                weight.zero_()
            self.norm.weight.fill_(1)
            # Token i is the one-hot i; the head turns it into the token that follows it.
            self.lm_head.weight = torch.nn.Parameter(torch.zeros(97, 97))
            self.embed.weight.copy_(torch.eye(97))
            for now, after in pairwise(script):
                self.lm_head.weight[after, now] = 1.0


def say(pieces: list[bytes], **params: object) -> list[TokenEvent]:
    """Events of a model that says the pieces one by one, begun by one silent prompt token."""
    tokens = ByteTokens([b"", *pieces])
    model = Scripted(list(range(len(pieces) + 1))).eval()
    settings = {"temperature": 0, "max_tokens": len(pieces), **params}
    ask = Request(prompt_ids=(0,), params=SamplingParams(**settings))  # type: ignore[arg-type]
    return list(Generator(model, tokens).generate(ask))


FOX = "🦊".encode()


@pytest.mark.parametrize(
    ("pieces", "stop", "texts", "reason"),
    [
        ([b"a", b"b"], (), ["a", "b"], "length"),
        ([b"one\n", b"\ntwo"], ("\n\n",), ["one", ""], "stop"),
        ([b"one", b"\n", b"x"], ("\n\n",), ["one", "", "\nx"], "length"),
        ([b"a. Us", b"er", b": hi"], ("User:",), ["a. ", "", ""], "stop"),
        ([b"a. Us", b"er", b" hi"], ("User:",), ["a. ", "", "User hi"], "length"),
        ([b"it Use"], ("User:",), ["it Use"], "length"),
        ([FOX[:2], FOX[2:] + b"!", b"z"], (), ["", "🦊!", "z"], "length"),
        ([FOX[:2], FOX[2:], FOX, b"z"], ("🦊🦊",), ["", "", ""], "stop"),
        ([b"x", FOX[:3]], (), ["x", "\ufffd"], "length"),
        ([b"x" + FOX[:3]], ("\ufffd",), ["x"], "length"),
        ([b"stop here"], ("stop", "here"), [""], "stop"),
        ([b"a", b"b", b"a", b"b", b"c"], ("babc",), ["a", "", "", "", ""], "stop"),
    ],
)
def test_text_and_stop_strings_over_tokens(
    pieces: list[bytes], stop: tuple[str, ...], texts: list[str], reason: str
) -> None:
    events = say(pieces, stop=stop)
    assert [event.text for event in events] == texts
    assert [event.id for event in events] == list(range(1, len(texts) + 1))
    assert [event.finish_reason for event in events] == [None] * (len(texts) - 1) + [reason]


def test_cancelling_gives_out_what_was_held_back() -> None:
    tokens = ByteTokens([b"", b"ab", FOX[:2], b"c"])
    engine = Generator(Scripted([0, 1, 2, 3]).eval(), tokens)
    params = SamplingParams(temperature=0, stop=("b🦊",))
    engine.submit(7, Request(prompt_ids=(0,), params=params))
    events = engine.step() + engine.step() + engine.cancel(7)
    assert [event.text for event in events] == ["a", "", "b\ufffd"]
    assert collect((0,), events).ids == (1, 2)
    assert collect((0,), events).finish_reason == "cancelled"


def test_what_was_held_back_comes_before_a_call() -> None:
    tokens = ByteTokens([b"", b"ab" + FOX[:2], b"", b"c", b" 42"])
    engine = Generator(Scripted([0, 1, 2, 3]).eval(), tokens)
    params = SamplingParams(temperature=0, stop=("b\ufffdx",))
    rules = CallRules(fences=(Fence("tool", 2, 3),))
    engine.submit(7, Request(prompt_ids=(0,), params=params, calls=rules, max_forced=1))
    events = [event for _ in range(3) for event in engine.step()] + engine.proceed(7, 0, [4])
    assert [(event.text, event.span) for event in events] == [
        ("a", "text"), ("b\ufffd", "text"), ("", "call"), ("c", "call"), (" 42", "output"),
    ]  # fmt: skip
    assert [event.id for event in events] == [1, NO_TOKEN, 2, 3, 4]
    assert [event.tool for event in events] == ["", "", "tool", "", ""]
    (call,) = engine.take_calls()
    assert (call.request, call.row, call.number, call.ids) == (7, 0, 0, ())
    assert engine.take_calls() == []


def test_events_say_how_the_model_saw_each_token() -> None:
    asked = Request(
        prompt_ids=prompt(6),
        params=SamplingParams(temperature=1.3, seed=1, max_tokens=8, n_alternatives=4),
        echo=True,
    )
    events = list(Generator(MODEL, LETTERS).generate(asked))
    ids = [event.id for event in events]
    assert ids[:6] == list(prompt(6))
    assert [event.span for event in events] == ["prompt"] * 6 + ["text"] * 8
    assert [event.forced for event in events] == [True] * 6 + [False] * 8
    assert (events[0].rank, events[0].logprob, events[0].alternatives) == (0, 0.0, ())
    with torch.inference_mode():
        logprobs = MODEL.unembed(MODEL(torch.tensor([ids])))[0].log_softmax(-1)
    for event, row in zip(events[1:], logprobs, strict=False):
        assert event.logprob == pytest.approx(row[event.id].item(), abs=1e-4)
        bits = -(row.exp() * row).sum().item() / math.log(2)
        assert event.entropy == pytest.approx(bits, abs=1e-3)
        best = row.topk(4)
        assert [a.id for a in event.alternatives] == best.indices.tolist()
        assert [a.logprob for a in event.alternatives] == pytest.approx(
            best.values.tolist(), abs=1e-4
        )
        assert event.alternatives[0].text == LETTERS.token_bytes(best.indices[0].item()).decode()
        assert event.rank == 1 + int((row > row[event.id]).sum())


def test_echo_goes_to_every_sample_and_not_into_the_completion() -> None:
    asked = Request(
        prompt_ids=prompt(3), params=SamplingParams(temperature=0, max_tokens=2), n=2, echo=True
    )
    engine = Generator(MODEL, LETTERS)
    engine.submit(0, asked)
    events = drive(engine)
    assert {row: len(found) for (_, row), found in events.items()} == {0: 5, 1: 5}
    assert collect(asked.prompt_ids, events[0, 1]).ids == tuple(
        greedy_reference(MODEL, prompt(3), 2)
    )


def test_an_echo_comes_before_the_answers_of_all_samples() -> None:
    engine = Generator(MODEL, LETTERS, chunk=1)  # the prompt takes three steps
    engine.generate_all([ask(prompt(20))])  # now it need not be read, but the echo reads it
    engine.submit(
        0, Request(prompt_ids=prompt(20), params=SamplingParams(max_tokens=4), n=3, echo=True)
    )
    events = drive(engine)
    assert len(events) == 3
    for found in events.values():
        assert [event.span for event in found] == ["prompt"] * 20 + ["text"] * 4


def test_collect_refuses_a_row_that_has_not_ended() -> None:
    engine = Generator(MODEL, LETTERS)
    engine.submit(0, ask(prompt(5)))
    with pytest.raises(ValueError, match="not finished"):
        collect((1,), engine.step())
