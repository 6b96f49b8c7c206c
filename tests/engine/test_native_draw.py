"""``draw.c`` against ``sampling``, which defines it, and against itself, bit for bit.

Skipped without a C compiler.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

import native_build
import pytest
import torch
from generating import MODEL, alone, ask, prompt
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import LETTERS
from torch import Tensor

from engine.errors import CheckpointError
from engine.generate import Generator
from engine.native import NativeLibrary
from engine.native_draw import NativeDraw
from engine.native_forward import NativeForward
from engine.sampling import Sampler, draw
from engine.sampling_params import SamplingParams

CPU = torch.device("cpu")
NEAR = 1e-6
"""So far from a boundary, of a mass of 1, may rounding misplace a draw."""

SEED = st.integers(0, 2**31)
UNIFORM = st.one_of(
    st.sampled_from([0.0, 1 - 2**-32]), st.integers(0, 2**32 - 1).map(lambda n: n / 2**32)
)
TEMPERATURE = st.sampled_from([0.0, 1e-6, 0.1, 0.7, 1.0, 1.5, 100.0])
KINDS = {
    "plain": lambda x: 3 * x,
    "flat": lambda x: x / 100,
    "peaked": lambda x: 60 * x,
    "ties": lambda x: (2 * x).round(),
    "far": lambda x: 1e30 * x,
    "tiny": lambda x: 1e-30 * x,
    "high": lambda x: x + 1e4,
    "holes": lambda x: x.masked_fill(x > x.amin(-1, True).clamp(min=0.8), -math.inf),
    "one": lambda x: x.masked_fill(x < x.amax(-1, True), -math.inf),
}


@pytest.fixture(scope="module")
def library() -> NativeLibrary:
    return native_build.library_or_skip()


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def normal(rows: int, vocab: int, seed: int = 0) -> Tensor:
    return torch.randn(rows, vocab, generator=torch.Generator().manual_seed(seed))


def params_of(temperatures: Sequence[float]) -> list[SamplingParams]:
    return [SamplingParams(temperature=t) for t in temperatures]


def check_row(
    row: Sequence[float], logits_V: Tensor, shaped_V: Tensor, uniform: float | None
) -> None:
    """``row`` is a draw from ``shaped_V``, its likeliest if no uniform, and describes it."""
    token = int(row[0])
    if uniform is None:
        assert token == shaped_V.max(-1).indices
    else:
        mass_V = shaped_V.softmax(-1, dtype=torch.float64)
        ended_V = mass_V.cumsum(-1)
        target = uniform * ended_V[-1]
        assert mass_V[token] > 0
        assert ended_V[token] - mass_V[token] - NEAR <= target <= ended_V[token] + NEAR
        defined = int(draw(shaped_V.unsqueeze(0), torch.tensor([uniform], dtype=torch.float64)))
        assert token == defined or (ended_V - target).abs().min() < NEAR
    logprob_V = logits_V.double().log_softmax(-1)
    assert row[1] == pytest.approx(float(logprob_V[token]), rel=1e-5, abs=1e-5)
    entropy = torch.special.entr(logprob_V.exp()).sum() / math.log(2)
    assert row[2] == pytest.approx(float(entropy), abs=1e-5)
    assert row[3] == 1 + int((logits_V > logits_V[token]).sum())


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(TEMPERATURE, UNIFORM), min_size=1, max_size=5),
    vocab=st.one_of(st.integers(3, 200), st.integers(3, 5000)),
    kind=st.sampled_from(sorted(KINDS)), bans=st.sampled_from([None, 0.05, 0.5, 0.99]), seed=SEED,
)  # fmt: skip
def test_every_draw_is_as_defined(
    library: NativeLibrary, rows: list[tuple[float, float]], vocab: int, kind: str,
    bans: float | None, seed: int,
) -> None:  # fmt: skip
    temperatures, uniforms = map(list, zip(*rows, strict=True))
    if kind == "far":  # divided by less than one they are no longer numbers
        temperatures = [t if t in (0.0, 100.0) else 1.0 for t in temperatures]
    x = KINDS[kind](normal(len(rows), vocab, seed))
    banned = None
    if bans is not None:
        banned = normal(len(rows), vocab, seed + 1).sigmoid() < bans
        banned &= x < x.amax(-1, True)  # something is left to be drawn
    shaped = x if banned is None else x.masked_fill(banned, -math.inf)
    drawn = NativeDraw(library, temperatures, banned)(x, uniforms).tolist()
    for i, (t, uniform) in enumerate(zip(temperatures, uniforms, strict=True)):
        scaled_V = shaped[i] if t == 0 else shaped[i] / t
        check_row(drawn[i], x[i], scaled_V, None if t == 0 else uniform)


def test_the_likeliest_may_be_banned(library: NativeLibrary) -> None:
    """What is left is drawn as if the rest were not there, however little of all mass it had."""
    x = torch.tensor([[200.0, 0.0, -300.0, 1.0, 1.0]] * 4)
    banned = torch.tensor([[1, 0, 0, 1, 1], [1, 1, 0, 1, 1], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]]) > 0
    drawn = NativeDraw(library, [1.0, 1.0, 0.0, 0.0], banned)(x, [0.5] * 4)
    assert drawn[:, 0].tolist() == [1, 2, 3, 3]
    assert drawn[:, 1].tolist() == [-200.0, -500.0, -199.0, -199.0]
    assert drawn[:, 3].tolist() == [4, 5, 2, 2]


def test_a_uniform_on_a_boundary_draws_what_begins_there(library: NativeLibrary) -> None:
    """Of tokens of equal mass sums are exact, over many blocks too."""
    for n, vocab in ((4, 7), (64, 130), (256, 1000), (1024, 5000)):
        ids = normal(1, vocab)[0].topk(n).indices.sort().values
        x = torch.full((1, vocab), -math.inf)
        x[0, ids] = 2.5
        for i in (0, 1, n // 2, n - 1):
            native = NativeDraw(library, [1.0, 0.5], None)
            drawn = native(x.expand(2, -1), [i / n, (i + 1) / n - 2**-32])
            assert drawn[:, 0].tolist() == [ids[i]] * 2
            assert drawn[0].tolist() == [ids[i], -math.log(n), math.log2(n), 1]


def test_rounding_never_leads_past_the_last_token_with_mass(library: NativeLibrary) -> None:
    """The order of a sum moves its last bits where the masses differ widely."""
    x = 12 * normal(300, 40)
    x[:, 30:] = -math.inf
    drawn = NativeDraw(library, [1.0] * 300, None)(x, [1 - 2**-53] * 300)
    ids = drawn[:, 0].long()
    assert (x.gather(1, ids.unsqueeze(1)) > -math.inf).all()
    assert (x.softmax(-1, dtype=torch.float64).cumsum(-1)[range(300), ids] > 1 - NEAR).all()


@pytest.mark.parametrize("vocab", [5, 63, 64, 65, 2048, 4999])
def test_a_row_is_its_own_bit_for_bit(vocab: int, library: NativeLibrary) -> None:
    n = 300
    x, temperatures = 3 * normal(n, vocab), [(0.0, 0.7, 1.0)[i % 3] for i in range(n)]
    banned, uniforms = normal(n, vocab, 1) > 2, [i / n for i in range(n)]
    torch.set_num_threads(1)
    together = NativeDraw(library, temperatures, banned)(x, uniforms)
    for n_threads in (2, 3, 8):
        torch.set_num_threads(n_threads)
        assert torch.equal(NativeDraw(library, temperatures, banned)(x, uniforms), together)
    for i in range(0, n, 7):
        alone = NativeDraw(library, temperatures[i : i + 1], banned[i : i + 1])
        assert torch.equal(alone(x[i : i + 1], uniforms[i : i + 1])[0], together[i])


def test_logits_that_are_a_view_are_read_as_what_they_are(library: NativeLibrary) -> None:
    x = 3 * normal(50, 4)
    native = NativeDraw(library, [1.0] * 4, None)
    assert torch.equal(native(x.T, [0.3] * 4), native(x.T.contiguous(), [0.3] * 4))


@pytest.mark.parametrize(
    ("x", "banned", "n_uniforms"),
    [
        (torch.zeros(3, 9), None, 2), (torch.zeros(2, 9), None, 3),
        (torch.zeros(2, 9).half(), None, 2), (torch.zeros(2, 9), torch.zeros(2, 8) > 0, 2),
        (torch.zeros(2, 9), torch.zeros(3, 9) > 0, 2),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_no_address(
    x: Tensor, banned: Tensor | None, n_uniforms: int, library: NativeLibrary
) -> None:
    with pytest.raises(ValueError, match="2 rows in fp32"):
        NativeDraw(library, [1.0, 1.0], banned)(x, [0.5] * n_uniforms)


MIXED = [
    SamplingParams(temperature=0),
    SamplingParams(),
    SamplingParams(temperature=0.6),
    SamplingParams(top_k=3),
    SamplingParams(temperature=2.0, top_p=0.5),
    SamplingParams(min_p=0.3),
    SamplingParams(n_alternatives=3),
    SamplingParams(temperature=0, repetition_penalty=1.7),
]


@pytest.mark.parametrize("uniform", [0.05, 0.5, 0.93])
def test_what_a_row_gets_does_not_depend_on_what_others_ask_for(
    uniform: float, library: NativeLibrary
) -> None:
    """To the last bit: the rows that are drawn for in C are so among all others as well."""
    n, x = len(MIXED), 3 * normal(len(MIXED), 700)
    seen, banned = [[i, 30] for i in range(n)], [frozenset({1, 2 * i}) for i in range(n)]
    ids, drawn = Sampler(MIXED, seen, 700, CPU, banned, library).sample(x, [uniform] * n)
    in_torch = Sampler(MIXED, seen, 700, CPU, banned).sample(x, [uniform] * n)[1]
    assert ids.tolist() == [token.id for token in drawn] == [token.id for token in in_torch]
    assert drawn[3:] == in_torch[3:]
    assert drawn[:3] != in_torch[:3]  # or nothing was done in C
    for i in range(n):
        sampler = Sampler(MIXED[i : i + 1], seen[i : i + 1], 700, CPU, banned[i : i + 1], library)
        assert sampler.sample(x[i : i + 1], [uniform])[1] == [drawn[i]]


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("at", [0, 3, 99])
def test_a_diverged_model_is_reported(
    at: int, value: float, temperature: float, library: NativeLibrary
) -> None:
    """A ban does not hide it."""
    x = normal(2, 100)
    x[1, at] = value
    params = params_of([temperature] * 2)
    for banned in ([], [frozenset({at})] * 2):
        with pytest.raises(CheckpointError, match="NaN"):
            Sampler(params, [[], []], 100, CPU, banned, library).sample(x, [0.5, 0.5])


@pytest.mark.parametrize("logits", [[math.nan] * 9, [-math.inf] * 9])
def test_rows_of_nothing_stay_within_the_vocabulary(
    logits: list[float], library: NativeLibrary
) -> None:
    drawn = NativeDraw(library, [0.0, 1.0], None)(torch.tensor([logits] * 2), [0.5, 0.5])
    assert all(0 <= row[0] < 9 and math.isnan(row[1]) for row in drawn.tolist())


@pytest.mark.parametrize("ready", [0, 3])
def test_an_engine_draws_in_c_as_soon_as_it_computes_in_c(
    ready: int, library: NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming: Future[NativeLibrary | None] = Future()
    monkeypatch.setattr("engine.forward.prepare", lambda: coming)
    n_calls = {"forward": 0, "draw": 0}

    def counted(cls: type, name: str) -> None:
        call = cls.__call__  # type: ignore[operator]

        def counting(*args: object) -> object:
            n_calls[name] += 1
            return call(*args)

        monkeypatch.setattr(cls, "__call__", counting)

    counted(NativeForward, "forward")
    counted(NativeDraw, "draw")
    params = SamplingParams(temperature=0.7, max_tokens=8, seed=1)
    requests = [ask(prompt(5, seed=i), params=params) for i in range(3)]
    engine, ids = Generator(MODEL, LETTERS, native=True), defaultdict[int, list[int]](list)
    for number, request in enumerate(requests):
        engine.submit(number, request)
    for step in range(8):
        if step == ready:
            coming.set_result(library)
        for event in engine.step():
            ids[event.request].append(event.id)
    assert not engine.busy
    assert [[tuple(ids[i])] for i in range(3)] == [alone(request) for request in requests]
    assert n_calls == {"forward": 8 - ready, "draw": 8 - ready}
