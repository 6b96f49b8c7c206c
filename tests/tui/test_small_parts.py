from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.errors import RequestError
from engine.events import FinishReason
from engine.protocol import Finished, GenerateRequest, StreamEvent
from engine.sampling_params import SamplingParams
from tests.tui.conftest import Lab
from tui.answers import Answer
from tui.format import duration, number, scaled
from tui.pipeline_text import run_words
from tui.run_history import MOST_POINTS, RunHistory
from tui.safe_text import one_line, visible
from tui.sampling import Sampling
from tui.sampling_fields import FIELDS, parsed, typed_in
from tui.stream import Stream
from tui.widgets.curve import binned
from tui.widgets.inspector import bar, percent, quoted


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2J", "␛[2J"),
        ("a\rb\x00\x7f", "a␍b␀␡"),
        ("\x9b31m", "⟨009B⟩31m"),
        ("\u202eevil\u2066", "⟨202E⟩evil⟨2066⟩"),
        ("👨\u200d👩", "👨⟨200D⟩👩"),
        ("❤\ufe0f", "❤"),
        ("e\u0301", "e\u0301"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("tab\there", "tab⇥ here"),
        ("half\ud83d", "half⟨D83D⟩"),
    ],
)
def test_visible(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_one_line() -> None:
    assert one_line("a\nb\r\n") == "a↵b␍↵"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.031, "31 ms"),
        (2.44, "2.4 s"),
        (59.6, "1:00"),
        (192, "3:12"),
        (3849, "1:04:09"),
        (12, "12 s"),
    ],
)
def test_duration(value: float, shown: str) -> None:
    assert duration(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(412, "412"), (8400, "8.40 k"), (2_821_440, "2.82 M"), (58.71, "58.7")]
)
def test_scaled(value: float, shown: str) -> None:
    assert scaled(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.61, "0.61"),
        (12408, "12 408"),
        (0.0, "0"),
        (1.0, "1"),
        (0.00012, "1.2e-04"),
        (312.25, "312.2"),
    ],
)
def test_number(value: float, shown: str) -> None:
    assert number(value) == shown


def test_bars_grow_by_eighths() -> None:
    assert [bar(x / 16, 2) for x in range(0, 17, 4)] == ["", "▌", "█", "█▌", "██"]
    assert bar(7.0, 3) == "███"
    assert bar(-1.0, 3) == ""


def test_percent_and_quotes_have_a_fixed_width() -> None:
    assert percent(0.831) == "83.1 %"
    assert percent(0.00001) == "<0.01 %"
    assert [len(quoted(text, 10)) for text in ("", " Dunbury", "x" * 40)] == [10, 10, 10]


def test_sampling_survives_the_form() -> None:
    before = Sampling()
    assert parsed(typed_in(before), before) == before
    texts = {**typed_in(before), "temperature": "0", "seed": "", "n": "3", "top_k": " 40 "}
    after = parsed(texts, before)
    assert (after.params.temperature, after.params.seed, after.n) == (0.0, None, 3)
    assert after.params.top_k == 40
    assert after.params.n_alternatives == before.params.n_alternatives


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("temperature", "hot", "'hot'"),
        ("temperature", "-1", "-1"),
        ("temperature", "nan", "nan"),
        ("top_k", "1.5", "whole"),
        ("top_p", "2", "top_p"),
        ("max_tokens", "0", "max_tokens"),
        ("n", "99", "99"),
        ("seed", "x", "seed"),
    ],
)
def test_a_mistake_in_the_form_is_a_sentence(field: str, text: str, says: str) -> None:
    before = Sampling()
    with pytest.raises(RequestError, match=says):
        parsed({**typed_in(before), field: text}, before)


def test_every_field_of_the_form_is_a_setting() -> None:
    for line in FIELDS:
        assert line.name == "n" or hasattr(Sampling().params, line.name)


def step(at: int, **values: Any) -> dict[str, Any]:
    return {"type": "step", "step": at, "loss": 1.0 + 1 / at, "elapsed_s": at, **values}


def test_history_knows_the_pace_and_forgets_what_a_resumed_run_does_again() -> None:
    history = RunHistory()
    assert history.take(step(n) for n in range(1, 101))
    assert history.eta_s(200) == pytest.approx(100)
    history.take([{"type": "sample", "step": 90, "prompt": "a", "text": "b"}])
    history.take(step(n, loss=5.0, elapsed_s=n - 50) for n in range(51, 61))
    assert [x for x, _ in history.losses] == list(range(1, 61))
    assert history.losses[-1][1] == 5.0
    history.take([{"type": "sample", "step": 60, "prompt": "a", "text": "c"}])
    assert [(s.step, s.text) for s in history.samples] == [(60, "c")]


def test_the_pace_of_a_cold_start_says_nothing_of_the_attempts(lab: Lab) -> None:
    history, run = RunHistory(), lab.runs.add("rl-0001", "running", total_steps=60)
    history.take(step(n, cold_start=20) for n in range(1, 11))
    assert history.eta_s(60) == pytest.approx(10)
    assert "cold start ETA 10 s" in run_words(run, history, 100).plain
    history.take(step(n, cold_start=20) for n in range(11, 21))
    assert history.eta_s(60) is None, "it is over"
    history.take([step(21, elapsed_s=30.0)])
    assert history.eta_s(60) is None, "one attempt is no pace"
    history.take([step(22, elapsed_s=35.0)])
    assert history.eta_s(60) == pytest.approx(38 * 5)
    assert "   ETA 3:10" in run_words(run, history, 100).plain
    history.take(step(n, cold_start=20) for n in (15, 16))
    assert history.eta_s(60) == pytest.approx(4), "resumed in the cold start"


@pytest.mark.parametrize(
    "event", [{}, {"type": "noise"}, {"type": "state", "state": "x"}, {"type": "step", "step": 1}]
)
def test_history_takes_odd_events(event: dict[str, Any]) -> None:
    history = RunHistory()
    history.take([event])
    assert len(history.losses) == 0


def test_history_is_bounded() -> None:
    history = RunHistory()
    for start in range(0, 40_000, 1000):
        history.take(step(n) for n in range(start + 1, start + 1001))
    assert len(history.losses) <= MOST_POINTS
    assert history.losses[-1][0] >= 39_000
    steps = [step for step, _ in history.losses]
    gaps = [after - before for before, after in itertools.pairwise(steps)]
    assert steps[0] < 50
    assert max(gaps) < 100, "its beginning is as dense as its end"


def test_binned_means() -> None:
    points = [(x, float(x % 2)) for x in range(100)]
    assert binned(points, 5, 100) == [0.5] * 5
    assert binned([(1, math.nan), (50, 2.0)], 2, 100) == [None, 2.0]
    assert binned([(500, 3.0)], 2, 100) == [None, 3.0]
    assert binned([(0, 1.0), (99, 4.0)], 4, 100) == [1.0, 2.0, 3.0, 4.0]
    assert binned([(600, 1.0), (699, 4.0)], 4, 700, x_min=600) == [1.0, 2.0, 3.0, 4.0]


async def test_an_answer_lives_until_its_end_was_shown() -> None:
    """The reader may close after its last event was drained: that end must not be missed."""
    gate = asyncio.Event()

    class SlowToClose:
        async def generate(self, _: object) -> AsyncIterator[StreamEvent]:
            yield Finished(row=0, reason="stop", n_tokens=0, ttft_s=0.1, tokens_per_s=1.0)
            await gate.wait()

    request = GenerateRequest(model="m", prompt="x", params=SamplingParams())
    stream = Stream(Answer(request))
    reading = asyncio.create_task(stream.read(SlowToClose()))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert stream.drain()
    assert stream.live()
    assert not stream.exhausted()
    gate.set()
    await reading
    assert not stream.drain()
    assert stream.live()
    assert stream.exhausted()
    stream.settle()
    assert not stream.live()


@pytest.mark.parametrize(
    ("reasons", "state"),
    [
        (("stop", "length"), "done"),
        (("stop", "cancelled"), "stopped"),
        (("stop",), "waiting"),
    ],
)
def test_an_answer_has_ended_when_all_its_rows_have(
    reasons: tuple[FinishReason, ...], state: str
) -> None:
    answer = Answer(GenerateRequest(model="nano/base", prompt="x", n=2))
    for row, reason in enumerate(reasons):
        answer.take(Finished(row=row, reason=reason, n_tokens=1, ttft_s=0.1, tokens_per_s=10.0))
    assert answer.state == state
