import pytest
import tiny_models
import torch
from torch import Tensor

from engine.model import ModelConfig, Transformer
from engine.probes import hidden
from engine.probes.hidden import Said, read

ALL = (0, 1, 2, 3)


def said(n_prompt: int, n_answer: int, seed: int) -> Said:
    ids = tiny_models.ids(n_prompt + n_answer, seed=seed).tolist()
    return Said(ids[:n_prompt], ids[n_prompt:])


TEXTS = [said(3, 5, 1), said(17, 1, 2), said(1, 9, 3), said(8, 0, 4), said(5, 5, 5)]


@torch.no_grad()
def by_hand(model: Transformer, text: Said) -> tuple[list[Tensor], Tensor]:
    """All states of one text on its own, and the log-probabilities at its every token."""
    ids_BT = torch.tensor([[*text.prompt, *text.answer]])
    T = ids_BT.shape[1]
    x_BTD = model.embed(ids_BT)
    states = [x_BTD[0]]
    for block in model.blocks:
        x_BTD = block(x_BTD, model.cos_SE[:T][None], model.sin_SE[:T][None], None, None)
        states.append(x_BTD[0])
    return states, model.unembed(model.norm(x_BTD))[0].log_softmax(-1)


@pytest.mark.parametrize("shape", tiny_models.SHAPES.values(), ids=tiny_models.SHAPES)
@pytest.mark.parametrize("tokens_a_batch", [1, 30, 2048])
def test_states_are_those_that_each_token_was_drawn_from(
    shape: ModelConfig, tokens_a_batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hidden, "TOKENS_A_BATCH", tokens_a_batch)
    monkeypatch.setattr(hidden, "LOGITS_A_TIME", 3)
    model = tiny_models.model(shape)
    found = list(read(model, TEXTS, ALL))
    assert len(found) == len(TEXTS)
    for text, seen in zip(TEXTS, found, strict=True):
        states, logprobs_TV = by_hand(model, text)
        begin = len(text.prompt) - 1
        assert seen.states.shape == (len(text.answer) + 1, 4, 24)
        for layer in ALL:
            torch.testing.assert_close(
                seen.states[:, layer], states[layer][begin:], atol=1e-4, rtol=1e-4
            )
        expected = [logprobs_TV[begin + i, token] for i, token in enumerate(text.answer)]
        torch.testing.assert_close(seen.logprobs, torch.tensor(expected), atol=1e-4, rtol=1e-4)


def test_layers_come_as_asked_for_even_twice() -> None:
    model = tiny_models.model()
    (every,) = read(model, TEXTS[:1], ALL)
    (some,) = read(model, TEXTS[:1], (3, 1, 3))
    torch.testing.assert_close(some.states, every.states[:, [3, 1, 3]])


def test_what_could_not_be_drawn_has_no_share() -> None:
    model = tiny_models.model()
    text = TEXTS[0]
    never = sorted(set(range(60)) - set(text.answer))
    (seen,) = read(model, [text], ALL, never=never)
    _, logprobs_TV = by_hand(model, text)
    logprobs_TV[:, never] = -torch.inf
    begin = len(text.prompt) - 1
    for i, token in enumerate(text.answer):
        expected = logprobs_TV[begin + i].log_softmax(-1)[token]
        assert float(seen.logprobs[i]) == pytest.approx(float(expected), abs=1e-5)


@pytest.mark.parametrize(("n_prompt", "n_answer"), [(60, 4), (44, 30), (2, 80), (48, 1), (100, 0)])
def test_a_text_that_is_too_long_loses_its_beginning(n_prompt: int, n_answer: int) -> None:
    model = tiny_models.model()
    text = said(n_prompt, n_answer, seed=7)
    (seen,) = read(model, [text], ALL)
    kept = min(n_answer, 47)
    answer = text.answer[:kept]
    cut = Said([*text.prompt, *answer][-48:][: 48 - kept], answer)
    (expected,) = read(model, [cut], ALL)
    assert len(seen.logprobs) == kept
    torch.testing.assert_close(seen.states, expected.states, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(seen.logprobs, expected.logprobs, atol=1e-4, rtol=1e-4)


def test_the_model_is_left_as_it_was_whatever_happens() -> None:
    model = tiny_models.model()
    list(read(model, TEXTS, ALL))
    with pytest.raises(IndexError):
        list(read(model, [Said([1], [97])], ALL))
    assert not any(module._forward_hooks for module in model.modules())


def test_one_answer_kept_does_not_keep_its_batch() -> None:
    found = list(read(tiny_models.model(), TEXTS, ALL))
    for seen in found:
        assert seen.states.untyped_storage().nbytes() == seen.states.nbytes
        assert seen.logprobs.untyped_storage().nbytes() == seen.logprobs.nbytes


def test_nothing_to_read() -> None:
    assert list(read(tiny_models.model(), [], ALL)) == []
