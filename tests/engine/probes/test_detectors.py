import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import scripted_model
import torch
from scripted_model import TOKENIZER

from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.dialect import LabDialect
from engine.local import LocalModel
from engine.model import Transformer
from engine.probes import detectors, fitting, prompts, ptrue
from engine.probes.detectors import P_IK, P_IK_QUESTION, P_TRUE, Detectors, doubt
from engine.probes.hidden import Said, Seen
from engine.probes.metrics import auroc, ece
from engine.probes.question import Question
from engine.probes.record import Answer, Outcome, Record

WIDTH = 6


def answered(text: str, outcome: Outcome) -> Answer:
    return Answer(
        text=text, outcome=outcome, value="", mean_logprob=-0.1, min_logprob=-0.1, n_tokens=3
    )


def asked(n: int, seed: int) -> tuple[list[Question], list[Answer]]:
    """Right answers say "sure", wrong ones "maybe"; one in five is a refusal."""
    rng = random.Random(seed)
    questions = [Question(id=f"{seed}/{i}", text=f"Who is {i}?", answer="a") for i in range(n)]
    outcomes: list[Outcome] = [rng.choice(("correct", "wrong")) for _ in range(n)]
    answers = [
        answered("I refuse.", "abstained") if i % 5 == 4 else
        answered(f"{'sure' if outcome == 'correct' else 'maybe'} {i}", outcome)
        for i, outcome in enumerate(outcomes)
    ]  # fmt: skip
    return questions, answers


def recorded(questions: Sequence[Question], answers: Sequence[Answer]) -> list[Record]:
    return [
        Record(id=q.id, greedy=a, contexts=(), samples=(), category="unknown", scores={})
        for q, a in zip(questions, answers, strict=True)
    ]


def plant(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A model whose states are noise, and that doubts its second token where it says "maybe"."""
    read: list[str] = []

    def fake_read(
        model: Transformer, texts: Sequence[Said], layers: Sequence[int], *, never: Collection[int]
    ) -> Iterator[Seen]:
        assert list(layers) == [2]
        for text in texts:
            said = TOKENIZER.decode(text.answer)
            read.append(said)
            generator = torch.Generator().manual_seed(len(read))
            states = torch.randn(4, 1, WIDTH, generator=generator)
            # The first token is always doubted, as where two ways to put it are as good.
            doubted = -1.0 if "maybe" in said else -0.01
            logprobs = torch.tensor([-0.69, doubted, -0.01]) if text.answer else torch.zeros(3)
            yield Seen(states, logprobs)

    def undecided(
        model: Transformer, texts: Sequence[Said], layers: Sequence[int], *, never: Collection[int]
    ) -> Iterator[Seen]:
        for _ in texts:
            yield Seen(torch.zeros(2, 1, 1), torch.tensor([0.5]).log())

    monkeypatch.setattr(detectors, "read", fake_read)
    monkeypatch.setattr(ptrue, "read", undecided)
    monkeypatch.setattr(prompts, "web_of", lambda config: web_of(PICO_WORLD))
    return read


def model(*, chats: bool = True) -> LocalModel:
    local = scripted_model.local_model(1024, tools=())
    return replace(local, dialect=LabDialect(TOKENIZER, chats=chats))


def area(name: str, found: Sequence[dict[str, float]], answers: Sequence[Answer]) -> float | None:
    pairs = [(s[name], a.outcome) for s, a in zip(found, answers, strict=True)]
    right = [score for score, outcome in pairs if outcome == "correct"]
    return auroc(right, [score for score, outcome in pairs if outcome == "wrong"])


def test_doubt_weighs_each_state_and_counts_itself() -> None:
    states = torch.tensor([[[1.0, 2.0]], [[3.0, -1.0]], [[9.0, 9.0]]])
    logprobs = torch.tensor([0.5, 0.25]).log()
    # (1 - 0.5) x first + (1 - 0.25) x second; the state behind the answer was drawn from by none.
    assert doubt(Seen(states, logprobs)).tolist() == pytest.approx([2.75, 0.25, 1.25])
    assert doubt(Seen(states[:1], torch.zeros(0))).tolist() == [0.0, 0.0, 0.0]
    assert doubt(Seen(states, torch.zeros(2))).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("chats", [True, False])
def test_a_probe_fitted_on_some_tells_others_apart(
    chats: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = plant(monkeypatch)
    questions, answers = asked(300, seed=1)
    found = Detectors(model(chats=chats), None)
    found.fit(questions, recorded(questions, answers))
    assert not any("refuse" in text for text in read)
    assert all(text.startswith(" ") for text in read)
    others, their_answers = asked(200, seed=2)
    scores = found.scores(others, their_answers)
    assert all(0.0 < value < 1.0 for each in scores for value in each.values())
    assert area(P_IK, scores, their_answers) > 0.97
    question_area = area(P_IK_QUESTION, scores, their_answers)
    assert question_area is not None
    assert 0.35 < question_area < 0.65
    tried = [(s[P_IK], a) for s, a in zip(scores, their_answers, strict=True)]
    tried = [(p, a) for p, a in tried if a.outcome != "abstained"]
    error = ece([p for p, _ in tried], [a.outcome == "correct" for _, a in tried])
    assert error is not None
    assert error < 0.1


def test_the_same_again_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    questions, answers = asked(120, seed=3)
    runs = []
    for size in (120, 7):
        plant(monkeypatch)
        found = Detectors(model(), None)
        found.fit(questions, recorded(questions, answers))
        scores = []
        for begin in range(0, len(questions), size):
            part = slice(begin, begin + size)
            scores += found.scores(questions[part], answers[part])
        runs.append([each[P_IK] for each in scores])
    assert runs[0] == pytest.approx(runs[1])


@pytest.mark.parametrize("wrong", [0, 10])
def test_too_few_wrong_answers_give_no_probe(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    questions = [Question(id=str(i), text="Who?", answer="a") for i in range(200)]
    answers = [answered("maybe", "wrong" if i < wrong else "correct") for i in range(200)]
    found = Detectors(model(), None)
    found.fit(questions, recorded(questions, answers))
    assert [set(each) for each in found.scores(questions[:3], answers[:3])] == [{P_TRUE}] * 3


def test_without_a_fit_there_is_p_true_alone() -> None:
    found = Detectors(model(), None)
    assert found.scores([], []) == []
    (scores,) = found.scores([Question(id="1", text="Who?", answer=None)], [answered("", "wrong")])
    assert set(scores) == {P_TRUE}
    found.fit([], [])
    assert found.scores([], []) == []


def test_answers_of_every_length_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detectors, "LEAST_OF_EACH", 2)
    questions, answers = asked(40, seed=5)
    found = Detectors(model(), None)
    found.fit(questions, recorded(questions, answers))
    texts = ["", " ", "sure", "word " * 900, "<|assistant_end|>", "\ud83d\ude00".encode(
        "utf-16", "surrogatepass").decode("utf-16")]  # fmt: skip
    odd = [answered(text, "wrong") for text in texts]
    scores = found.scores(questions[: len(odd)], odd)
    assert all(0.0 <= each[P_IK] <= 1.0 for each in scores)
    assert P_TRUE not in scores[3]  # it does not fit beside a question


def test_a_model_of_the_lab_is_fitted_on_its_own_world(
    pico_sft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "PER_GROUP", 12)
    monkeypatch.setattr(fitting, "EXERCISES", 6)
    monkeypatch.setattr(fitting, "AT_ONCE", 20)
    monkeypatch.setattr(detectors, "LEAST_OF_EACH", 1)
    local, web = LocalModel.load(str(pico_sft)), web_of(PICO_WORLD)
    asked_of = [q for q in fitting.fitting_questions(web) if q.group in ("head", "stranger")][:12]
    answers = [answered(f"In {i}.", "correct" if i % 2 else "wrong") for i in range(len(asked_of))]
    found = Detectors(local, web)
    found.fit(asked_of, recorded(asked_of, answers))
    scores = found.scores(asked_of, answers)
    again = Detectors(local, web)
    again.fit(asked_of, recorded(asked_of, answers))
    assert again.scores(asked_of, answers) == scores
    for each in scores:
        assert each.keys() <= {P_IK, P_IK_QUESTION, P_TRUE}
        assert all(0.0 <= value <= 1.0 for value in each.values())
