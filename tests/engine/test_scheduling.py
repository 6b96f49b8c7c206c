"""What the engine does with rows: sharing, pausing, guessing ahead, fairness, bounded memory."""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_models
from tiny_models import LETTERS

from engine.admission import _container_bytes
from engine.calls import CallRules, CallState, Fence
from engine.errors import RequestError
from engine.events import TokenEvent
from engine.generate import Generator
from engine.kvcache import BLOCK_SIZE, block_bytes
from engine.native import prepare
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.speculate import Lookup

MODEL = tiny_models.model()


def ask(ids: tuple[int, ...], *, max_tokens: int = 8, **fields: object) -> Request:
    params = fields.pop("params", SamplingParams(temperature=0, max_tokens=max_tokens))
    return Request(prompt_ids=ids, params=params, **fields)  # type: ignore[arg-type]


def prompt(n: int, seed: int = 0) -> tuple[int, ...]:
    return tuple(tiny_models.ids(n, seed=seed).tolist())


def pausing(prompt_ids: tuple[int, ...], pause: int, **fields: object) -> Request:
    """A request in the midst of a call, begun by its prompt's last token, which ``pause`` ends."""
    rules = CallRules(fences=(Fence("tool", prompt_ids[-1], pause),))
    return ask(prompt_ids, calls=rules, n_said=1, **fields)  # type: ignore[arg-type]


def alone(request: Request) -> list[tuple[int, ...]]:
    return [row.ids for row in Generator(MODEL, LETTERS).generate_all([request])[0]]


def drive(engine: Generator, steps: int = 10_000) -> dict[tuple[int, int], list[TokenEvent]]:
    events = defaultdict(list)
    while engine.busy and steps:
        steps -= 1
        for event in engine.step():
            events[event.request, event.row].append(event)
    return events


def drawn(events: list[TokenEvent]) -> tuple[int, ...]:
    return tuple(event.id for event in events if event.span in ("text", "call") and event.id >= 0)


def assert_no_leak(engine: Generator) -> None:
    """Every block is free, or held by nothing but texts kept for reuse."""
    admission = engine._admission
    assert not admission.rows
    assert not admission.n_waiting
    for text in list(admission._prefixes._kept):
        admission._prefixes._drop(text)
    assert engine._cache.n_free == engine._cache.n_blocks


# Sharing.


def test_the_next_turn_reads_only_what_is_new() -> None:
    engine = Generator(MODEL, LETTERS)
    (first,) = engine.generate_all([ask(prompt(20))])[0]
    conversation = first.prompt_ids + first.ids + prompt(4, seed=5)
    engine.n_prefilled = 0
    (second,) = engine.generate_all([ask(conversation)])[0]
    # The last token drawn had not been read when its row ended.
    assert engine.n_prefilled == 1 + 4
    assert [second.ids] == alone(ask(conversation))
    assert_no_leak(engine)


@pytest.mark.parametrize("shared", [0, 1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 29])
def test_a_common_beginning_is_shared_to_the_token(shared: int) -> None:
    engine = Generator(MODEL, LETTERS)
    one = prompt(30)
    other = one[:shared] + tuple((token + 1) % 90 for token in one[shared:])
    engine.generate_all([ask(one)])
    engine.n_prefilled = 0
    (row,) = engine.generate_all([ask(other)])[0]
    unread = len(other) - shared
    assert engine.n_prefilled == (unread if unread > 1 else 0)
    assert [row.ids] == alone(ask(other))
    assert_no_leak(engine)


def test_the_same_prompt_again_is_not_read_at_all() -> None:
    engine = Generator(MODEL, LETTERS)
    (first,) = engine.generate_all([ask(prompt(20))])[0]
    engine.n_prefilled = 0
    (again,) = engine.generate_all([ask(prompt(20))])[0]
    assert again.ids == first.ids
    assert engine.n_prefilled == 0


def test_requests_that_begin_alike_wait_for_the_one_that_reads() -> None:
    engine = Generator(MODEL, LETTERS)
    examples = prompt(30)
    requests = [ask((*examples, token)) for token in range(6)]
    rows = engine.generate_all(requests)
    assert engine.n_prefilled == 31  # the others have one token of their own
    assert [row.ids for (row,) in rows] == [alone(request)[0] for request in requests]
    assert_no_leak(engine)


@pytest.mark.parametrize("shared", [1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 29])
def test_a_row_may_need_all_the_memory_that_what_it_shares_holds(shared: int) -> None:
    """The block to be copied is then one of those that have to be freed."""
    full = MODEL.config.max_seq_len
    engine = Generator(MODEL, LETTERS, max_rows=1)
    one = prompt(30)
    other = one[:shared] + tuple((token + 1) % 90 for token in one[shared:])
    engine.generate_all([ask(one, max_tokens=full)])
    engine.submit(0, ask(other, max_tokens=full))
    events = drive(engine, steps=100)
    assert [drawn(events[0, 0])] == alone(ask(other, max_tokens=full))
    assert_no_leak(engine)


def test_rows_that_share_blocks_do_not_write_into_each_other() -> None:
    params = SamplingParams(temperature=1.5, max_tokens=12, seed=3)
    request = ask(prompt(BLOCK_SIZE + 3), params=params, n=8)
    together = Generator(MODEL, LETTERS).generate_all([request])[0]
    assert len({row.ids for row in together}) > 4
    for sample, row in enumerate(together):
        one_by_one = Generator(MODEL, LETTERS, max_rows=1).generate_all([request])[0]
        assert row.ids == one_by_one[sample].ids


def test_many_random_requests_leave_nothing_behind() -> None:
    chance = random.Random(0)
    small = 14 * block_bytes(MODEL.config, MODEL.embed.weight.dtype)
    engine = Generator(MODEL, LETTERS, max_rows=5, kv_bytes=small, chunk=7)
    trunk = prompt(40)
    live: dict[int, Request] = {}
    events = defaultdict(list)
    for number in range(120):
        begin = trunk[: chance.randrange(1, 30)]
        request = ask(
            begin + prompt(chance.randrange(8), seed=number),
            max_tokens=chance.randrange(1, 9),
            n=chance.choice((1, 1, 3)),
            priority=chance.choice(("interactive", "bulk")),
            speculate=chance.choice((0, 3)),
        )
        live[number] = request
        engine.submit(number, request)
        for _ in range(chance.randrange(4)):
            for event in engine.step():
                events[event.request, event.row].append(event)
        if chance.random() < 0.25:
            gone = chance.choice(list(live))
            engine.cancel(gone)
            del live[gone]
    for key, more in drive(engine).items():
        events[key] += more
    for number, request in live.items():
        for sample in range(request.n):
            assert (drawn(events[number, sample]),) == tuple(alone(request)[:1]), number
    assert_no_leak(engine)


def test_compiled_code_gives_the_same_bits_however_a_text_is_computed() -> None:
    if prepare().result() is None:
        pytest.skip("there is no C compiler")
    trunk, one = prompt(30), SamplingParams(temperature=0.7, max_tokens=10, seed=1)
    requests = [ask(trunk[: 7 * i + 2] + prompt(3, seed=i), params=one) for i in range(5)]

    def by_itself(request: Request) -> tuple[float, ...]:
        engine = Generator(MODEL, LETTERS, native=True)
        return engine.generate_all([request])[0][0].logprobs

    expected = [by_itself(request) for request in requests]
    engine = Generator(MODEL, LETTERS, native=True, chunk=5)
    engine.generate_all([ask(trunk)])  # something to share
    guessing = [replace(request, speculate=4) for request in requests]
    rows = engine.generate_all([*requests, *guessing])
    assert [row.logprobs for (row,) in rows] == expected * 2


# Pausing.


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


# Guessing ahead.


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


# Fairness and bounds.


def test_somebody_watching_is_let_in_before_bulk_work() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=2)
    for i in range(4):
        engine.submit(i, ask(prompt(4, seed=i), priority="bulk"))
    engine.step()
    engine.submit(9, ask(prompt(4, seed=9)))
    order = []
    while engine.busy:
        order += [event.request for event in engine.step() if event.finish_reason]
    assert order.index(9) == 2


def test_bulk_work_never_fills_every_place() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=16)
    for i in range(40):
        engine.submit(i, ask(prompt(4, seed=i), priority="bulk"))
    engine.step()
    assert engine.n_rows == 14
    engine.submit(99, ask(prompt(4, seed=99)))
    assert 99 in [event.request for event in engine.step()]


def test_a_question_does_not_wait_for_a_book() -> None:
    engine = Generator(MODEL, LETTERS, chunk=2)  # reads 16 at a time while nobody draws
    engine.submit(0, ask(prompt(40)))
    engine.submit(1, ask(prompt(3, seed=1)))
    assert [event.request for event in engine.step()] == [1]


def test_a_request_for_many_does_not_block_the_others() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=3)
    params = SamplingParams(temperature=1, max_tokens=6, seed=0)
    engine.submit(0, ask(prompt(4), params=params, n=20))
    engine.submit(1, ask(prompt(4, seed=1)))
    events = drive(engine)
    assert {sample for request, sample in events if request == 0} == set(range(20))
    assert drawn(events[1, 0]) == alone(ask(prompt(4, seed=1)))[0]


def test_rows_wait_for_memory_and_are_served_in_turn() -> None:
    four = 4 * block_bytes(MODEL.config, MODEL.embed.weight.dtype)
    engine = Generator(MODEL, LETTERS, kv_bytes=four)
    for i in range(6):
        engine.submit(i, ask(prompt(20, seed=i), max_tokens=12))  # two blocks each
    engine.step()
    assert (engine.n_rows, engine.n_waiting) == (2, 4)
    events = drive(engine)
    for i in range(1, 6):
        assert drawn(events[i, 0])[-3:] == alone(ask(prompt(20, seed=i), max_tokens=12))[0][-3:]
    assert_no_leak(engine)


@pytest.mark.parametrize(("said", "limit"), [("1048576\n", 1 << 20), ("max\n", sys.maxsize)])
def test_a_container_bounds_the_memory(said: str, limit: int, tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(said)
    assert _container_bytes(tmp_path / "memory.max") == limit
    assert _container_bytes(tmp_path / "none") == sys.maxsize


def test_what_can_never_fit_is_refused_at_once() -> None:
    two = 2 * block_bytes(MODEL.config, MODEL.embed.weight.dtype)
    engine = Generator(MODEL, LETTERS, kv_bytes=two)
    with pytest.raises(RequestError, match=r"take 48 positions, but .* holds 32"):
        engine.submit(0, ask(prompt(20), max_tokens=20))
    assert not engine.busy


def test_a_thousand_cancelled_requests_leave_nothing() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=8)
    for i in range(1000):
        engine.submit(i, ask(prompt(1 + i % 30, seed=i % 7), n=1 + i % 3))
        if i % 5:
            engine.step()
        engine.cancel(i)
    assert not engine._echoes
    assert_no_leak(engine)
