"""Rows that pause at a call and go on with what they are given."""

from __future__ import annotations

import pytest
from generating import MODEL, alone, ask, assert_no_leak, drawn, drive, prompt
from tiny_models import LETTERS

from engine.calls import CallRules, Fence
from engine.errors import RequestError
from engine.generate import Generator
from engine.request import Request
from engine.sampling_params import SamplingParams


def pausing(prompt_ids: tuple[int, ...], pause: int, **fields: object) -> Request:
    """A request in the midst of a call, begun by its prompt's last token, which ``pause`` ends."""
    rules = CallRules(fences=(Fence("tool", prompt_ids[-1], pause),))
    return ask(prompt_ids, calls=rules, n_said=1, **fields)  # type: ignore[arg-type]


def test_a_row_pauses_and_goes_on_with_what_it_is_given() -> None:
    (usual,) = alone(ask(prompt(5), max_tokens=20))
    engine = Generator(MODEL, LETTERS)
    pause = usual[3]
    request = pausing(prompt(5), pause, max_tokens=20, max_forced=9, n=2)
    engine.submit(0, request)
    engine.submit(1, ask(prompt(7, seed=1), max_tokens=20))
    before = drive(engine)
    at = usual.index(pause) + 1
    assert drawn(before[0, 0]) == usual[:at]
    assert before[0, 0][-1].finish_reason is None
    assert before[1, 0][-1].finish_reason == "length"  # the others did not wait
    assert not engine.busy

    output = (11, 12, 13, 14)
    engine.n_prefilled = 0
    forced = engine.proceed(0, 0, output)
    assert [(event.id, event.forced, event.span) for event in forced] == [
        (token, True, "output") for token in output
    ]
    engine.step()
    assert engine.n_prefilled == 1 + len(output)  # in one pass, with the token that paused it
    engine.cancel(0)
    assert_no_leak(engine)


def test_what_follows_forced_tokens_is_what_follows_such_a_prompt() -> None:
    (usual,) = alone(ask(prompt(5), max_tokens=20))
    pause, output = usual[0], (40, 41, 42)
    engine = Generator(MODEL, LETTERS)
    request = pausing(prompt(5), pause, max_tokens=6, max_forced=3)
    engine.submit(0, request)
    drive(engine)
    engine.proceed(0, 0, output)
    after = drive(engine)[0, 0]
    expected = alone(ask((*prompt(5), pause, *output), max_tokens=5))[0]
    stop = expected.index(pause) + 1 if pause in expected else len(expected)
    assert drawn(after) == expected[:stop]


def test_forced_tokens_count_as_said() -> None:
    params = SamplingParams(temperature=0, repetition_penalty=30.0, max_tokens=6)
    pause = alone(ask(prompt(5), params=params))[0][0]
    begun = (*prompt(5), pause)
    output = alone(ask(begun, params=params))[0][:3]  # what it would say itself
    engine = Generator(MODEL, LETTERS)
    engine.submit(0, pausing(prompt(5), pause, params=params, max_forced=3))
    drive(engine)
    engine.proceed(0, 0, output)
    expected = alone(ask((*begun, *output), params=params))[0]
    assert drawn(drive(engine)[0, 0]) == expected[:5]


def test_waiting_behind_paused_rows_is_not_busy() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=1)
    pause = alone(ask(prompt(5)))[0][0]
    engine.submit(0, pausing(prompt(5), pause, max_forced=2))
    engine.submit(1, ask(prompt(4, seed=1)))
    drive(engine, steps=10)
    assert not engine.busy
    engine.cancel(0)
    assert [drawn(drive(engine)[1, 0])] == alone(ask(prompt(4, seed=1)))


@pytest.mark.parametrize(
    ("who", "ids", "said"),
    [
        ((0, 0), (1, 2, 3), "3 tokens would be appended"),
        ((0, 0), (97,), "id 97"),
        ((0, 1), (1,), "not paused"),
        ((7, 0), (1,), "not paused"),
    ],
)
def test_what_a_paused_row_may_not_be_given(
    who: tuple[int, int], ids: tuple[int, ...], said: str
) -> None:
    engine = Generator(MODEL, LETTERS)
    pause = alone(ask(prompt(5)))[0][0]
    engine.submit(0, pausing(prompt(5), pause, max_forced=2))
    drive(engine)
    with pytest.raises(RequestError, match=said):
        engine.proceed(*who, ids)
    engine.proceed(0, 0, (1, 2))  # and nothing was spoilt
    assert engine.busy


def test_output_that_fills_the_context_ends_the_row() -> None:
    engine = Generator(MODEL, LETTERS)
    length = MODEL.config.max_seq_len
    pause = alone(ask(prompt(40)))[0][0]
    request = pausing(prompt(40), pause, max_forced=20)
    engine.submit(0, request)
    drive(engine)
    events = engine.proceed(0, 0, [1] * (length - 40))
    assert events[-1].finish_reason == "length"
    assert_no_leak(engine)
