from __future__ import annotations

import tiny_models
import torch
from scripted_model import IDS, TOKENIZER, calling, said

from engine import special
from engine.calls import CallRules, Fence
from engine.rl.batch import Lesson, banned_in, micro_batches
from engine.rl.policy import see

CALC = Fence("calc", IDS["<|calc_start|>"], IDS["<|calc_end|>"])
OUTPUT = (IDS[special.OUTPUT_START], IDS[special.OUTPUT_END])
STOP = frozenset({IDS[special.ASSISTANT_END]})
RULES = CallRules(fences=(CALC,), output=OUTPUT, never=frozenset({*OUTPUT, 3}), max_calls=1)


def lesson(n_prompt: int, n_turn: int, *, forced: tuple[int, ...] = (), seed: int = 0) -> Lesson:
    ids = tiny_models.ids(n_prompt + n_turn, seed=seed).tolist()
    return Lesson(
        prompt=tuple(ids[:n_prompt]),
        turn=tuple(ids[n_prompt:]),
        drawn=tuple(i not in forced for i in range(n_turn)),
        banned=tuple(
            frozenset({1, 2} - {ids[n_prompt + i]}) if i % 2 else frozenset() for i in range(n_turn)
        ),
        logprobs=tuple(-0.1 * i for i in range(n_turn)),
        advantage=float(seed),
        counted=True,
        limit=20,
    )


LESSONS = [lesson(3, 5, seed=1), lesson(7, 2, seed=2), lesson(2, 9, forced=(3, 4, 5), seed=3),
           lesson(4, 4, seed=4)]  # fmt: skip


def test_what_could_not_be_drawn_follows_the_call() -> None:
    output = [OUTPUT[0], *TOKENIZER.encode(" 42"), OUTPUT[1]]
    turn = [*said(" So"), *calling("calc", "6 times 7"), *output, *said(" 42"),
            IDS[special.ASSISTANT_END]]  # fmt: skip
    banned = banned_in(turn, RULES, STOP)
    assert len(banned) == len(turn)
    opens = turn.index(CALC.start)
    closes = turn.index(CALC.end)
    assert CALC.start not in banned[opens]
    assert {CALC.end, 3} <= banned[opens]
    for i in range(opens + 1, closes + 1):
        assert CALC.end not in banned[i]
        assert STOP | {CALC.start} <= banned[i]
    assert banned[-1] == banned[0]
    assert all(token not in those for token, those in zip(turn, banned, strict=True)
               if token not in OUTPUT)  # fmt: skip


def naive(number: int, model: torch.nn.Module, temperature: float) -> list[tuple[float, float]]:
    """A lesson's log-probabilities token by token, each from a pass of its own."""
    one, found = LESSONS[number], []
    for i, token in enumerate(one.turn):
        if not one.drawn[i]:
            continue
        ids = torch.tensor([[*one.prompt, *one.turn[:i]]])
        logits = model.unembed(model(ids))[0, -1]
        plain = logits.log_softmax(-1)[token]
        allowed = [v for v in range(len(logits)) if v not in one.banned[i]]
        mass = (logits[allowed] / temperature).logsumexp(-1)
        found.append((float(logits[token] / temperature - mass), float(plain)))
    return found


@torch.no_grad()
def test_padded_micro_batches_see_what_single_rows_see() -> None:
    model = tiny_models.model()
    weights = {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4}
    for most in (8, 20, 1000):
        batches = micro_batches(LESSONS, weights, 97, most=most)
        assert sorted(n for batch in batches for n in batch.lessons) == [0, 1, 2, 3]
        assert sum(batch.n_positions for batch in batches) == 7 + 8 + 10 + 7
        for batch in batches:
            assert batch.ids_BT.numel() <= most or len(batch.lessons) == 1
            seen = see(model, batch, 0.7)
            policy, plain = batch.by_lesson(seen.policy_N), batch.by_lesson(seen.model_N)
            for number in batch.lessons:
                expected = naive(number, model, 0.7)
                got = zip(policy[number], plain[number], strict=True)
                for (a, b), (c, d) in zip(got, expected, strict=True):
                    assert abs(a - c) < 1e-5
                    assert abs(b - d) < 1e-5
            of_each = batch.by_lesson(batch.weight_N)
            for number, values in of_each.items():
                assert torch.allclose(torch.tensor(values), torch.tensor(weights[number]))


def test_only_what_was_drawn_is_looked_at() -> None:
    (batch,) = micro_batches(LESSONS, {2: 1.0}, 97)
    turn = LESSONS[2].turn
    assert batch.target_N.tolist() == [*turn[:3], *turn[6:]]
    logprobs = LESSONS[2].logprobs
    assert torch.allclose(batch.sampled_N, torch.tensor([*logprobs[:3], *logprobs[6:]]))


def test_forced_tokens_get_no_gradient() -> None:
    model = tiny_models.model()
    (batch,) = micro_batches(LESSONS, {2: 1.0}, 97)
    x_BTD = model(batch.ids_BT).detach().requires_grad_()
    model.forward = lambda ids: x_BTD  # type: ignore[method-assign,assignment]
    see(model, batch, 1.0).policy_N.sum().backward()
    assert x_BTD.grad is not None
    touched = x_BTD.grad[0].abs().sum(-1) > 0
    # The state before each drawn token is touched; those before the three forced ones are not.
    assert touched.tolist() == [False, True, True, True, False, False, False, True, True, True]
