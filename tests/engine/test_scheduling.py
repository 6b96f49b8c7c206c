"""What the engine does with rows: sharing, fairness, bounded memory."""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from generating import MODEL, alone, ask, assert_no_leak, drawn, drive, prompt
from tiny_models import LETTERS

from engine.admission import _container_bytes
from engine.errors import RequestError
from engine.generate import Generator
from engine.kvcache import BLOCK_SIZE, block_bytes
from engine.native import prepare
from engine.request import Request
from engine.sampling_params import SamplingParams

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
