"""Guessing ahead: fewer steps, and nothing else is different."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
import tiny_models
from generating import MODEL, alone, ask, assert_no_leak, drawn, prompt
from tiny_models import LETTERS

from engine.calls import CallRules, CallState, Fence
from engine.generate import Generator
from engine.sampling_params import SamplingParams
from engine.speculate import Lookup


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("ahead", [1, 4, 16])
def test_guesses_change_nothing_but_the_number_of_steps(temperature: float, ahead: int) -> None:
    phrase = (3, 1, 4, 1, 5, 9)
    params = SamplingParams(temperature=temperature, max_tokens=24, seed=5, n_alternatives=2)
    plain = ask(phrase * 3, params=params, n=2)
    guessing = ask(phrase * 3, params=params, n=2, speculate=ahead)
    expected = Generator(MODEL, LETTERS).generate_all([plain])
    engine = Generator(MODEL, LETTERS)
    rows = engine.generate_all([guessing, ask(prompt(4), speculate=0)])
    assert [row.ids for row in rows[0]] == [row.ids for row in expected[0]]
    assert [rows[1][0].ids] == alone(ask(prompt(4)))
    assert_no_leak(engine)


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.5])
@pytest.mark.parametrize("ahead", [1, 4, 16])
def test_guesses_do_not_get_past_what_is_banned(temperature: float, ahead: int) -> None:
    """Eight ids, of which calls are a half: guesses run into them all the time."""
    start, end, output = 3, 4, (6, 7)
    rules = CallRules(
        fences=(Fence("tool", start, end),), output=output, never=frozenset(output), max_calls=40
    )
    shape = tiny_models.config(vocab_size=8, max_seq_len=512)
    params = SamplingParams(temperature=temperature, max_tokens=120, seed=3)
    asked = [
        ask(
            (0, seed % 3, 1), params=params, n=4, calls=rules, max_forced=164, speculate=ahead,
        )
        for seed in range(3)
    ]  # fmt: skip
    found, n_calls = [], []
    for requests in ([replace(each, speculate=0) for each in asked], asked):
        engine = Generator(tiny_models.model(shape), LETTERS)
        for i, request in enumerate(requests):
            engine.submit(i, request)
        rows, calls = defaultdict(list), 0
        while engine.busy:
            events = engine.step()
            for call in engine.take_calls():
                calls += 1
                events += engine.proceed(call.request, call.row, (output[0], 1, 2, output[1]))
            for event in events:
                rows[event.request, event.row].append((event.id, event.forced, event.text))
        assert_no_leak(engine)
        found.append(rows)
        n_calls.append(calls)
    assert found[0] == found[1]
    assert n_calls[0] == n_calls[1] > 0
    for events in found[1].values():
        state = CallState(rules, frozenset())
        for token, forced, _ in events:
            assert forced or token not in state.banned
            state.see(token)


@pytest.mark.parametrize("n_prompt", [32, 33, 34])
def test_nothing_is_guessed_behind_a_prompt_that_is_echoed(n_prompt: int) -> None:
    """Its last token may be read in a pass by itself, as one that was drawn."""
    repeating = (3, 1, 4, 1, 5, 9, 2, 6) * 5
    found = []
    for ahead in (0, 4):
        engine = Generator(MODEL, LETTERS, chunk=4)  # reads 32 at a time while it is alone
        request = ask(repeating[:n_prompt], echo=True, speculate=ahead)
        found.append([(event.id, event.span) for event in engine.generate(request)])
    assert found[0] == found[1]


def test_a_text_that_repeats_itself_takes_fewer_steps() -> None:
    model = tiny_models.model()
    model.embed.weight.data *= 20  # a tied model now says its last token again and again
    request = ask(prompt(3), max_tokens=30)
    steps = {}
    for ahead in (0, 8):
        engine = Generator(model, LETTERS)
        engine.submit(0, ask(prompt(3), max_tokens=30, speculate=ahead))
        steps[ahead], events = 0, []
        while engine.busy:
            steps[ahead] += 1
            events += engine.step()
        expected = Generator(model, LETTERS).generate_all([request])[0][0].ids
        assert drawn(events) == expected
    assert steps[0] == 30
    assert steps[8] < 10


def test_lookup_takes_the_latest_place_and_the_longest_run() -> None:
    lookup = Lookup()
    assert lookup.guess([1, 2, 3], 4) == []
    assert lookup.guess([1, 2, 3, 7, 8, 1, 2], 2) == [3, 7]
    assert lookup.guess([1, 2, 3, 7, 8, 1, 2, 9, 1, 2], 3) == [9, 1, 2]
    assert lookup.guess([1, 2, 3, 7, 8, 1, 2, 9, 1, 2, 3], 1) == [7]  # after 1 2 3, not after 2 3
    assert lookup.guess([1, 2, 3, 7, 8, 1, 2, 9, 1, 2, 3], 0) == []
    assert Lookup().guess([5, 4, 6, 4, 6, 4], 5) == [6, 4, 6, 4, 6]
