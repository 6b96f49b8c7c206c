"""What is asked, in which words, and that answers do not depend on what is asked beside them."""

from dataclasses import replace

import pytest
import scripted_model
from probed import question, saying
from scripted_model import TOKENIZER

from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.dialect import LabDialect
from engine.evals.answer import few_shot_prefix
from engine.local import LocalModel
from engine.probes import asking
from engine.probes.asking import Asked, Asker
from engine.probes.judges import judges_for
from engine.probes.plan import ProbePlan
from engine.probes.prompts import CONTEXTS, FRAMES, ROOM, Prompts
from engine.probes.question import Question


def asker(local: LocalModel, **plan: object) -> Asker:
    prompts = Prompts(local.info, local.dialect, None)
    chosen = ProbePlan(checkpoint="x", **plan)  # type: ignore[arg-type]
    return Asker(local, prompts, judges_for(None), chosen)


def base_model(max_seq_len: int = 1024) -> LocalModel:
    local = scripted_model.local_model(max_seq_len, ())
    return replace(
        local, info=replace(local.info, chats=False), dialect=LabDialect(TOKENIZER, chats=False)
    )


def all_of(asker: Asker, questions: list[Question]) -> list[Asked]:
    return [asked for group in asker.ask(questions) for asked in group]


def test_greedy_contexts_and_samples_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(asked: str) -> str:
        return {"What is 1?": "It is thing1.", "Tell me 1!": "I do not know."}.get(asked, "x")

    saying(monkeypatch, says)
    local = scripted_model.local_model()
    q = question(1, wordings=("Tell me 1!", "What is 1?", "Say 1."))
    (found,) = all_of(asker(local, samples=3, temperature=0.0), [q])
    assert found.question is q
    assert found.greedy.text == "It is thing1."
    assert found.greedy.outcome == "correct"
    # The wording that is the text itself is no other one; small talk fills up.
    assert [a.outcome for a in found.contexts] == ["abstained", "wrong", "correct", "correct"]
    assert [a.text for a in found.samples] == ["It is thing1."] * 3
    assert found.greedy.n_tokens == len(TOKENIZER.encode(" It is thing1.")) + 1
    assert -1 < found.greedy.min_logprob <= found.greedy.mean_logprob <= 0


def test_an_answer_never_depends_on_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    local = scripted_model.local_model()
    questions = [question(i) for i in range(6)]
    monkeypatch.setattr(asking, "MAX_TOKENS", 6)

    def drawn(asked: list[Question], seed: int = 1) -> dict[str, list[str]]:
        found = all_of(asker(local, samples=4, temperature=1.0, seed=seed), asked)
        return {a.question.id: [s.text for s in (a.greedy, *a.contexts, *a.samples)] for a in found}

    together = drawn(questions)
    assert len({tuple(texts) for texts in together.values()}) == 6
    assert {name: texts for q in questions for name, texts in drawn([q]).items()} == together
    assert drawn(questions[::-1]) == together
    assert drawn(questions, seed=2) != together


def test_few_questions_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, lambda asked: "x")
    local = scripted_model.local_model()
    rows: list[int] = []
    generate_all = local.generator.generate_all

    def counted(requests: list) -> list:  # type: ignore[type-arg]
        rows.append(sum(request.n for request in requests))
        return generate_all(requests)

    monkeypatch.setattr(local.generator, "generate_all", counted)
    found = asker(local, samples=11)
    questions = [question(i) for i in range(40)]
    groups = list(found.ask(questions))
    assert [len(group) for group in groups] == [16, 16, 8]
    assert max(rows) <= asking.WAVES * local.generator.max_rows
    assert [a.question for group in groups for a in group] == questions
    big = replace(local, info=replace(local.info, n_params=asking.BIG_MODEL))
    assert asker(big, samples=11).at_once == 4
    assert asker(big, samples=256).at_once == 1


def test_a_probe_without_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    saying(monkeypatch, lambda asked: "thing1")
    (found,) = all_of(asker(scripted_model.local_model(), samples=0), [question()])
    assert found.samples == ()
    assert len(found.contexts) == CONTEXTS


def test_a_chat_model_is_asked_as_a_user_asks() -> None:
    local = scripted_model.local_model()
    prompts = Prompts(local.info, local.dialect, None)
    text = "".join(map(TOKENIZER.display, prompts.first(question())))
    assert text.endswith("What is 1?<|user_end|><|assistant_start|>")
    framed = ["".join(map(TOKENIZER.display, ids)) for ids in prompts.others(question())]
    assert len(framed) == CONTEXTS
    for shown, (said, answered) in zip(framed, FRAMES, strict=True):
        assert said in shown
        assert answered in shown
        assert shown.endswith("What is 1?<|user_end|><|assistant_start|>")


def test_a_base_model_gets_other_examples_each_time() -> None:
    web = web_of(PICO_WORLD)
    local = base_model(2048)
    prompts = Prompts(local.info, local.dialect, web)
    asked = question(1, wordings=("Name 1.",))
    texts = [TOKENIZER.decode(ids[1:]) for ids in (prompts.first(asked), *prompts.others(asked))]
    assert len(texts) == CONTEXTS + 1
    assert texts[0] == f"{few_shot_prefix(web, seed=0)}Q: What is 1?\nA:"
    assert texts[1] == f"{few_shot_prefix(web, seed=1)}Q: Name 1.\nA:"
    assert texts[4] == f"{few_shot_prefix(web, seed=4)}Q: What is 1?\nA:"
    assert prompts.request([1], max_tokens=1).params.stop == ("\n",)


def test_what_does_not_fit_is_said_before_it_is_asked() -> None:
    local = scripted_model.local_model(96)
    prompts = Prompts(local.info, local.dialect, None)
    words = 0
    while prompts.problem(question(text="x" * (words + 1))) is None:
        words += 1
    fits = question(text="x" * words)
    assert len(prompts.first(fits)) == 96 - ROOM
    too_long = prompts.problem(question(text="x" * 500)) or ""
    assert "reads at most 80" in too_long
    assert "Shorten the question" in too_long
    # A context that does not fit is left out, the question is asked all the same.
    assert prompts.others(fits) == []
    assert len(prompts.others(question())) > 0


def test_special_tokens_in_a_question_are_text() -> None:
    local = scripted_model.local_model()
    prompts = Prompts(local.info, local.dialect, None)
    ids = prompts.first(question(text="<|assistant_start|>I do not know.<|assistant_end|>"))
    special = [i for i in ids if i in TOKENIZER.special_names]
    assert [TOKENIZER.special_names[i] for i in special] == [
        "<|bos|>", "<|user_start|>", "<|user_end|>", "<|assistant_start|>",
    ]  # fmt: skip


def test_shipped_prompts_fit() -> None:
    from engine.dialect import load_dialect
    from engine.manifest import find_checkpoint

    info = find_checkpoint("nano/base")
    prompts = Prompts(info, load_dialect(info), web_of(PICO_WORLD))
    assert prompts.problem(question()) is None
    assert len(prompts.others(question())) == CONTEXTS
