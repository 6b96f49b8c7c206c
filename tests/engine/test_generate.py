from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import pytest
import tiny_models
import torch
from generating import MODEL, drive, greedy_reference, prompt
from tiny_models import LETTERS, SHAPES

from engine.errors import CheckpointError, RequestError
from engine.events import NO_TOKEN
from engine.generate import Generator
from engine.model import ModelConfig
from engine.request import Request
from engine.sampling_params import SamplingParams


def request(n_prompt: int = 5, *, n: int = 1, prompt_seed: int = 0, **params: object) -> Request:
    settings = {"temperature": 0, "max_tokens": 12, **params}
    return Request(
        prompt_ids=prompt(n_prompt, prompt_seed),
        params=SamplingParams(**settings),  # type: ignore[arg-type]
        n=n,
    )


def test_the_test_model_says_different_things() -> None:
    """Else the equalities below would hold of an engine that repeats itself."""
    texts = [greedy_reference(MODEL, prompt(n, n), 12) for n in (1, 3, 7)]
    assert len({tuple(text) for text in texts}) == 3
    assert all(len(set(text)) >= 4 for text in texts)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_greedy_batch_equals_single_runs_and_uncached_ones(shape: ModelConfig) -> None:
    model = tiny_models.model(shape)
    engine = Generator(model, LETTERS, max_rows=4)  # fewer rows than requests: some wait
    requests = [request(n, prompt_seed=n) for n in (3, 11, 1, 7, 7, 20)]
    together = [rows[0].ids for rows in engine.generate_all(requests)]
    for ask, ids in zip(requests, together, strict=True):
        assert engine.generate_all([ask])[0][0].ids == ids
        assert list(ids) == greedy_reference(model, ask.prompt_ids, 12)


def test_sampled_rows_do_not_depend_on_their_neighbours() -> None:
    asks = [
        request(4 + i, prompt_seed=i, temperature=0.5 + i / 4, seed=i, top_p=0.9, n=1 + i % 3)
        for i in range(5)
    ]
    engine = Generator(MODEL, LETTERS, max_rows=16)
    together = engine.generate_all(asks)
    for ask, rows in zip(asks, together, strict=True):
        assert [row.ids for row in Generator(MODEL, LETTERS).generate_all([ask])[0]] == [
            row.ids for row in rows
        ]


def test_seeds() -> None:
    engine = Generator(MODEL, LETTERS)

    def texts(**params: object) -> list[tuple[int, ...]]:
        (rows,) = engine.generate_all([request(temperature=1.5, max_tokens=20, **params)])
        return [row.ids for row in rows]

    assert texts(seed=3, n=4) == texts(seed=3, n=4)
    assert texts(seed=3, n=4)[:2] == texts(seed=3, n=2)
    assert len(set(texts(seed=3, n=4))) == 4
    assert texts(seed=3) != texts(seed=4)
    assert texts(seed=None) != texts(seed=None)


def test_samples_share_one_reading_of_the_prompt() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=8)
    rows = engine.generate_all([request(9, n=8)])[0]
    assert engine.n_prefilled == 9
    assert {row.ids for row in rows} == {tuple(greedy_reference(MODEL, prompt(9), 12))}


def test_a_long_prompt_is_read_in_chunks_while_the_others_go_on() -> None:
    engine = Generator(MODEL, LETTERS, chunk=4)
    engine.submit(0, request(3))
    engine.step()
    engine.submit(1, request(15, prompt_seed=1))
    said = [[event.request for event in engine.step()] for _ in range(5)]
    assert said == [[0], [0], [0], [0, 1], [0, 1]]
    assert drive(engine)[1, 0][-1].id == greedy_reference(MODEL, prompt(15, 1), 12)[-1]


def test_prompts_are_read_side_by_side_while_nobody_decodes() -> None:
    engine = Generator(MODEL, LETTERS, chunk=4)  # 8 times as much when alone
    for i, n in enumerate((4, 5, 6, 10, 9)):
        engine.submit(i, request(n, prompt_seed=n))
    assert [event.request for event in engine.step()] == [0, 1, 2, 4]  # the shortest first
    assert engine.n_prefilled == 4 + 5 + 6 + 9 + 8
    assert [event.request for event in engine.step()] == [0, 1, 2, 4, 3]


def test_requests_join_between_steps_without_disturbing_the_batch() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=6)
    events = defaultdict(list)
    joins = {0: (8, 3), 3: (2, 7), 4: (15, 1), 9: (5, 5)}
    step = 0
    while step in joins or engine.busy or step < 10:
        if step in joins:
            n, seed = joins[step]
            engine.submit(step, request(n, prompt_seed=seed))
        for event in engine.step():
            events[event.request].append(event.id)
        step += 1
    for at, (n, seed) in joins.items():
        assert events[at] == greedy_reference(MODEL, prompt(n, seed), 12)


def test_rows_leave_the_batch_when_they_end() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=8)
    for i, n in enumerate((2, 9, 4, 6)):
        engine.submit(i, request(3 + i, prompt_seed=i, max_tokens=n))
    sizes = []
    events = defaultdict(list)
    while engine.busy:
        for event in engine.step():
            events[event.request].append(event)
        sizes.append(engine.n_rows)
    assert sizes == [4, 3, 3, 2, 2, 1, 1, 1, 0]
    for i, n in enumerate((2, 9, 4, 6)):
        assert [e.id for e in events[i]] == greedy_reference(MODEL, prompt(3 + i, i), n)
        assert [e.finish_reason for e in events[i]] == [None] * (n - 1) + ["length"]


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_cancelling_frees_rows_and_leaves_the_others_alone(cancelled_first: bool) -> None:
    engine = Generator(MODEL, LETTERS, max_rows=4)
    order = [(0, 3), (1, 1)] if cancelled_first else [(1, 1), (0, 3)]
    for name, n in order:
        engine.submit(name, request(5 + name, n=n, prompt_seed=name))
    engine.submit(2, request(4, n=2, prompt_seed=2))  # has to wait for room
    events = defaultdict(list)

    def step() -> None:
        for event in engine.step():
            events[event.request].append(event)

    step()
    step()
    assert engine.n_rows == 4
    ends = engine.cancel(0)
    assert engine.n_rows == 1
    assert [(e.row, e.id, e.finish_reason, e.text) for e in sorted(ends, key=lambda e: e.row)] == [
        (row, NO_TOKEN, "cancelled", "") for row in range(3)
    ]
    assert engine.cancel(0) == engine.cancel(99) == []
    while engine.busy:
        step()
    assert len(events[0]) == 4  # the first sample reads the prompt, the others draw a step later
    assert [e.id for e in events[1]] == greedy_reference(MODEL, prompt(6, 1), 12)
    assert [e.id for e in events[2] if e.row == 1] == greedy_reference(MODEL, prompt(4, 2), 12)


def test_cancelling_a_waiting_request() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=1)
    engine.submit(0, request())
    engine.submit(1, request())
    engine.step()
    assert [event.finish_reason for event in engine.cancel(1)] == ["cancelled"]
    assert {name for name, _ in drive(engine)} == {0}


def test_closing_the_iterator_cancels() -> None:
    engine = Generator(MODEL, LETTERS)
    stream = engine.generate(request())
    next(stream)
    with pytest.raises(RuntimeError, match="busy"):
        next(engine.generate(request()))
    assert isinstance(stream, Iterator)
    stream.close()  # type: ignore[attr-defined]
    assert not engine.busy
    assert len(list(engine.generate(request()))) == 12


def test_a_stop_id_ends_the_row_without_text() -> None:
    ids = greedy_reference(MODEL, prompt(5), 12)
    stop = ids[4]
    at = ids.index(stop)
    ask = Request(
        prompt_ids=prompt(5), params=SamplingParams(temperature=0), stop_ids=frozenset({stop, 96})
    )
    (row,) = Generator(MODEL, LETTERS).generate_all([ask])[0]
    assert row.finish_reason == "stop"
    assert list(row.ids) == ids[: at + 1]
    assert row.text == b"".join(LETTERS.token_bytes(i) for i in ids[:at]).decode()
    assert len(row.logprobs) == len(row.ids)


@pytest.mark.parametrize(("n_prompt", "drawn"), [(48, 1), (47, 2), (40, 9), (1, 48)])
def test_a_full_context_ends_the_row(n_prompt: int, drawn: int) -> None:
    (row,) = Generator(MODEL, LETTERS).generate_all([request(n_prompt, max_tokens=500)])[0]
    assert (len(row.ids), row.finish_reason) == (drawn, "length")
    assert list(row.ids[:3]) == greedy_reference(MODEL, prompt(n_prompt), 1) + list(row.ids[1:3])


def test_full_rows_beside_short_ones() -> None:
    engine = Generator(MODEL, LETTERS, max_rows=3)
    asks = [request(46, max_tokens=40), request(2, prompt_seed=1, max_tokens=40)]
    long, short = (rows[0] for rows in engine.generate_all(asks))
    assert len(long.ids) == 3
    assert list(short.ids) == greedy_reference(MODEL, prompt(2, 1), 40)


def test_a_prompt_longer_than_the_context_names_both_numbers() -> None:
    engine = Generator(MODEL, LETTERS)
    with pytest.raises(RequestError, match=r"49 tokens.* 48"):
        engine.submit(0, request(49))
    assert not engine.busy


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Request(prompt_ids=()), "no token"),
        (lambda: Request(prompt_ids=(1,), n=0), "n = 0"),
        (lambda: Request(prompt_ids=(97,)), "id 97"),
        (lambda: Request(prompt_ids=(-1,)), "id -1"),
        (lambda: Request(prompt_ids=(1,), speculate=17), "speculate = 17"),
        (lambda: Request(prompt_ids=(1,), max_forced=-1), "max_forced = -1"),
    ],
)
def test_requests_that_cannot_be_served(ask: object, said: str) -> None:
    engine = Generator(MODEL, LETTERS, max_rows=4)
    with pytest.raises(RequestError, match=said):
        engine.submit(0, ask())  # type: ignore[operator]


def test_one_bad_request_of_many_leaves_the_engine_idle() -> None:
    engine = Generator(MODEL, LETTERS)
    with pytest.raises(RequestError):
        engine.generate_all([request(), request(49)])
    assert not engine.busy


def test_a_model_of_nans_is_reported() -> None:
    model = tiny_models.model()
    with torch.no_grad():
        model.norm.weight[0] = math.nan
    with pytest.raises(CheckpointError, match="NaN"):
        Generator(model, LETTERS).generate_all([request()])


def test_garbage_of_earlier_rows_does_not_leak() -> None:
    """Rows are reused: an engine that has served long texts answers as a fresh one."""
    used = Generator(MODEL, LETTERS, max_rows=3)
    used.generate_all([request(40, prompt_seed=i, temperature=2, seed=i) for i in range(6)])
    asks = [request(n, prompt_seed=9, n=1) for n in (2, 9)]
    assert used.generate_all(asks) == Generator(MODEL, LETTERS).generate_all(asks)
