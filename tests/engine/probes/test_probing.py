"""A probe's whole life: answered once each, whatever ends the process in between."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType

import pytest
import tiny_models
import torch
from probed import checkpoint, saying
from scripted_model import TOKENIZER

import engine.forward
from engine.errors import LabError, ProbeError
from engine.native import NativeLibrary
from engine.probes import asking, jobs, store
from engine.probes.asking import Asked, Asker
from engine.probes.jobs import ProbePlan, ProbeStatus
from engine.probes.probing import run_probe
from engine.probes.question import Question
from engine.probes.reader import ProbeReader
from engine.probes.record import Answer, Record

PATIENCE_S = 600
"""A machine that trains beside the tests gives them little; only failures wait for so long."""


@pytest.fixture(autouse=True)
def _plain_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling would take longer than all these tests."""
    monkeypatch.setenv("LLMLAB_NATIVE", "0")
    # This process may have compiled code already, from other tests, and its children have none.
    nothing: Future[NativeLibrary | None] = Future()
    nothing.set_result(None)
    monkeypatch.setattr(engine.forward, "prepare", lambda: nothing)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "model")


class FakeDetectors:
    """Remembers what it was fitted on."""

    fits: list[tuple[list[str], list[str]]] = []  # noqa: RUF012 - the tests empty it

    def __init__(self, local: object, web: object) -> None:
        self.web = web

    def fit(self, questions: Sequence[Question], records: Sequence[Record]) -> None:
        self.fits.append(([q.id for q in questions], [r.id for r in records]))

    def scores(
        self, questions: Sequence[Question], greedy: Sequence[Answer]
    ) -> list[dict[str, float]]:
        return [{"p_ik": 0.25} for _ in greedy]


@pytest.fixture(autouse=True)
def detectors(monkeypatch: pytest.MonkeyPatch) -> type[FakeDetectors]:
    module = ModuleType("engine.probes.detectors")
    module.Detectors = FakeDetectors  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    FakeDetectors.fits = []
    return FakeDetectors


def of_file(model: Path, count: int, *, extra: Sequence[str] = (), **plan: object) -> ProbeStatus:
    """A probe of a file of ``count`` questions."""
    path = model.parent / "q.jsonl"
    lines = [json.dumps({"question": f"What is {i}?", "answer": f"thing{i}"}) for i in range(count)]
    path.write_text("\n".join([*lines, *extra]) + "\n")
    chosen: dict[str, object] = {"samples": 2, "detectors": False, **plan}
    return jobs.create_probe(
        ProbePlan(checkpoint=str(model), source="file", questions_path=str(path), **chosen)  # type: ignore[arg-type]
    )


def few_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(asking.Asker, "at_once", property(lambda asker: count))


def before_group(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], None]) -> None:
    """Do something when the ``number``-th group of questions is about to be asked."""
    ask, asked = asking.Asker._ask, []

    def act_then_ask(asker: Asker, questions: Sequence[Question]) -> list[Asked]:
        asked.append(1)
        if len(asked) == number:
            act()
        return ask(asker, questions)

    monkeypatch.setattr(asking.Asker, "_ask", act_then_ask)


def texts(status: ProbeStatus) -> dict[str, list[str]]:
    """What was answered, by question; every question stands there once."""
    path = status.path / store.ANSWERS
    ids = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    assert len(set(ids)) == len(ids), "answered twice"
    return {
        r.id: [a.text for a in (r.greedy, *r.contexts, *r.samples)]
        for r in ProbeReader(status.path).records()
    }


def test_a_files_questions_are_answered_judged_and_counted(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"What is 0?": "It is thing0.", "What is 1?": "I do not know.", "Who?": "Bob."}
    saying(monkeypatch, lambda asked: said.get(asked, "something else"))
    status = of_file(model, 3, extra=['{"question": "Who?", "unknown": true}'])
    seen: list[ProbeStatus] = []
    ended = run_probe(status.name, seen.append)
    assert (ended.state, ended.done, ended.total, ended.pid) == ("done", 4, 4, None)
    assert jobs.read_probe(status.name) == ended
    assert [s.state for s in seen][-1] == "done"
    records = list(ProbeReader(status.path).records())
    assert [r.greedy.outcome for r in records] == ["correct", "abstained", "wrong", "wrong"]
    assert [r.category for r in records] == ["highly known", *["unknown"] * 3]
    assert set(records[0].scores) == {"agreement", "semantic_entropy", "confidence"}
    figures = ProbeReader(status.path).figures()
    assert figures is not None
    assert figures["plan"]["sha256"] == ProbeReader(status.path).plan.sha256
    assert figures["groups"]["answerable"]["n"] == 3
    assert figures["headline"]["refusal_unanswerable"] == 0.0
    with pytest.raises(ProbeError, match="nothing to resume"):
        jobs.prepare_resume(status.name)


def test_facts_of_the_web_with_detectors_fitted_on_other_people(
    model: Path, monkeypatch: pytest.MonkeyPatch, detectors: type[FakeDetectors]
) -> None:
    saying(monkeypatch, lambda asked: "I do not know.")
    few_at_once(monkeypatch, 16)
    status = jobs.create_probe(ProbePlan(checkpoint=str(model), samples=1, per_group=2))
    before_group(monkeypatch, 1, lambda: jobs.stop_probe(status.name))
    assert run_probe(status.name).state == "stopped"
    assert run_probe(jobs.prepare_resume(status.name).name).state == "done"
    reader = ProbeReader(status.path)
    asked = reader.questions()
    assert {q.group for q in asked} == {
        "head", "torso", "tail", "unseen", "stranger", "skills", "talk",
    }  # fmt: skip
    records = list(reader.records())
    assert [r.id for r in records] == [q.id for q in asked]
    assert {r.scores["p_ik"] for r in records} == {0.25}
    assert {r.greedy.outcome for r in records if not r.id.startswith("skills")} == {"abstained"}
    ((fitted, answered),) = detectors.fits
    assert fitted == answered
    assert not {q.entity for q in asked} & {name.split("/")[1] for name in fitted}
    development = (status.path / store.DEVELOPMENT_ANSWERS).read_text().splitlines()
    assert len(development) == len(fitted), "a resumed probe asked development people again"
    assert jobs.read_probe(status.name).done == len(fitted) + len(asked)


def test_development_people_are_not_asked_about_detectors_fitted_on_them(
    model: Path, monkeypatch: pytest.MonkeyPatch, detectors: type[FakeDetectors]
) -> None:
    saying(monkeypatch, lambda asked: "x")
    plan = ProbePlan(checkpoint=str(model), samples=0, per_group=1, split="development")
    assert run_probe(jobs.create_probe(plan).name).state == "done"
    assert detectors.fits == []


def test_the_checkpoint_before_is_asked_the_same(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, lambda asked: "thing1")
    status = of_file(model, 3, against=str(checkpoint(model.parent / "before", seed=1)))
    ended = run_probe(status.name)
    assert (ended.done, ended.total) == (6, 6)
    reader = ProbeReader(status.path)
    assert [r.id for r in reader.new_before()] == [q.id for q in reader.questions()]
    figures = reader.figures()
    assert figures is not None
    assert figures["before"]["groups"] == figures["groups"]


def test_a_stopped_probe_keeps_what_it_has_and_goes_on(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_at_once(monkeypatch, 2)
    monkeypatch.setattr(asking, "MAX_TOKENS", 8)
    undisturbed = of_file(model, 6)
    run_probe(undisturbed.name)
    status = of_file(model, 6)
    with monkeypatch.context() as patched:
        before_group(patched, 2, lambda: jobs.stop_probe(status.name))
        stopped = run_probe(status.name)
    assert (stopped.state, stopped.done, stopped.total) == ("stopped", 4, 6)
    figures = ProbeReader(status.path).figures()
    assert figures is not None
    assert (figures["answered"], figures["questions"]) == (4, 6)
    assert run_probe(jobs.prepare_resume(status.name).name).state == "done"
    assert texts(status) == texts(undisturbed)


@pytest.mark.parametrize("group", [1, 3])
def test_an_interrupted_probe_keeps_what_it_has(
    model: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    few_at_once(monkeypatch, 2)
    monkeypatch.setattr(asking, "MAX_TOKENS", 4)
    status = of_file(model, 6)
    before_group(monkeypatch, group, interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_probe(status.name)
    stopped = jobs.read_probe(status.name)
    assert (stopped.state, stopped.done) == ("stopped", 2 * (group - 1))
    run_probe(jobs.prepare_resume(status.name).name)
    assert len(texts(status)) == 6


def wait_for(condition: Callable[[], object], status: ProbeStatus) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        log = (status.path / "log.txt").read_text()
        assert time.monotonic() < deadline, f"{jobs.read_probe(status.name)} {log}"
        time.sleep(0.005)


def exact_checkpoint(folder: Path) -> Path:
    """A model in which all sums are exact, so that nothing computed beside a row changes it.

    Blocks add nothing, so the stream is an embedding of plus and minus ones (times a power of two
    that outweighs the norm's epsilon), and logits are sums of few binary digits. What comes next
    depends on the last token alone, and which of it is drawn on the seed.
    """
    shape = tiny_models.config(
        vocab_size=TOKENIZER.n_vocab, d_model=32, max_seq_len=64, tie_embeddings=False
    )
    model = tiny_models.model(shape)
    with torch.no_grad():
        model.embed.weight.sign_().mul_(2.0**12)
        model.norm.weight.fill_(1.0)
        model.lm_head.weight.mul_(2.0**10).round_().div_(2.0**10)
        for block in model.blocks:
            block.attention.o_proj.weight.zero_()
            block.feed_forward.down_proj.weight.zero_()
    return checkpoint(folder, model=model)


def test_killed_and_resumed_answers_are_those_of_an_undisturbed_probe(tmp_path: Path) -> None:
    model = exact_checkpoint(tmp_path / "model")
    undisturbed = of_file(model, 40, samples=8)
    run_probe(undisturbed.name)
    status = jobs.spawn(of_file(model, 40, samples=8))
    answers = status.path / store.ANSWERS
    wait_for(lambda: answers.exists() and answers.stat().st_size, status)
    running = jobs.read_probe(status.name)
    assert running.pid is not None
    os.kill(running.pid, signal.SIGKILL)
    wait_for(lambda: jobs.read_probe(status.name).state == "lost", status)
    kept = answers.read_bytes()
    assert 0 < len(kept.splitlines()) < 40
    # As if it had been killed in the middle of a line.
    answers.write_bytes(kept + kept[:500].replace(b"\n", b""))
    jobs.resume_probe(status.name)
    wait_for(lambda: jobs.read_probe(status.name).state == "done", status)
    assert len({tuple(said) for said in texts(status).values()}) == 40, "a seed of its own each"
    assert answers.read_bytes() == (undisturbed.path / store.ANSWERS).read_bytes()


def test_two_processes_never_share_a_folder(model: Path) -> None:
    status = of_file(model, 1)
    with (status.path / "lock").open("w") as lock:
        assert jobs.background.locked(lock)
        with pytest.raises(ProbeError, match="living process already"):
            run_probe(status.name)
    assert jobs.read_probe(status.name).state == "starting"


def test_a_checkpoint_that_changed_under_a_probe_fails_it(model: Path) -> None:
    status = of_file(model, 1)
    checkpoint(model, seed=5)
    with pytest.raises(ProbeError, match="has changed since"):
        run_probe(status.name)
    failed = jobs.read_probe(status.name)
    assert failed.state == "failed"
    assert "has changed since" in failed.message


def test_a_full_disk_is_a_sentence_and_can_be_gone_on_from(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_at_once(monkeypatch, 2)
    monkeypatch.setattr(asking, "MAX_TOKENS", 4)
    status = of_file(model, 4)
    append, calls = store.AnswerFile.append, []

    def full(answers: store.AnswerFile, records: Sequence[Record]) -> None:
        calls.append(1)
        if len(calls) == 2:
            error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise store.disk_error(status.path, error)
        append(answers, records)

    with monkeypatch.context() as patched:
        patched.setattr(store.AnswerFile, "append", full)
        with pytest.raises(LabError, match="disk is full"):
            run_probe(status.name)
    failed = jobs.read_probe(status.name)
    assert (failed.state, failed.done) == ("failed", 2)
    assert "disk is full" in failed.message
    assert run_probe(jobs.prepare_resume(status.name).name).done == 4


def test_a_bug_is_told_as_one(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug() -> None:
        raise ZeroDivisionError

    before_group(monkeypatch, 1, bug)
    status = of_file(model, 1)
    with pytest.raises(ZeroDivisionError):
        run_probe(status.name)
    failed = jobs.read_probe(status.name)
    assert failed.state == "failed"
    assert "A bug ended the probe" in failed.message


def test_what_cannot_be_asked_is_named_and_the_rest_is_asked(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, lambda asked: "x")
    long = json.dumps({"id": "long", "question": "why " * 200, "answer": "x"})
    status = of_file(model, 1, extra=["{", '{"question": "no answer"}', long])
    assert run_probe(status.name).done == 1
    bad, unanswered, unfit = ProbeReader(status.path).left_out()
    assert bad.startswith("q.jsonl, line 2: ")
    assert unanswered.startswith("q.jsonl, line 3: ")
    assert unfit.startswith("Question 'long': it makes a prompt of ")


def test_nothing_to_ask_is_a_sentence(model: Path) -> None:
    status = of_file(model, 0, extra=["{"])
    with pytest.raises(ProbeError, match=r"no question that can be asked.*line 2"):
        run_probe(status.name)


def test_a_process_of_a_probe_ends_in_an_exit_code(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.probes.__main__ import main

    monkeypatch.setattr(asking, "MAX_TOKENS", 2)
    status = of_file(model, 1)
    assert main(status.name) == 0
    assert main("nope") == 2
    assert "no probe 'nope'" in capsys.readouterr().err
