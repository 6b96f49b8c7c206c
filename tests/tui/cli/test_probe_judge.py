"""``llmlab probe facts --judge``: a model of a server judges the free text of a file."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from probed import saying

from engine.probes import asking, jobs
from engine.probes.reader import ProbeReader
from engine.remote.servers import Server, forget, read_servers, remember
from tests.engine.remote.fake_server import (
    STREAM_HEAD,
    Asked,
    FakeServer,
    answers,
    event,
    said,
)
from tests.tui.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("plain_torch")
CHAT = "/v1/chat/completions"
QUESTIONS = (
    '{"id": "a", "question": "What is 1?", "answer": "number one"}\n'
    '{"id": "b", "question": "What is 2?", "answer": "number two"}\n'
    '{"id": "c", "question": "What is 3?", "answer": "3", "judging": "number"}\n'
    '{"id": "d", "question": "Who is Nobody?", "unknown": true}\n'
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "q.jsonl"
    path.write_text(QUESTIONS)
    return path


@pytest.fixture
def run(run: Run) -> Run:
    return partial(run, "probe")


@pytest.fixture
def box(box: FakeServer) -> FakeServer:
    box.handlers[CHAT] = uno_is_one
    return box


async def uno_is_one(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A judge that knows Italian, and babbles where anybody is called a duo."""
    text = asked.body["messages"][-1]["content"]
    code = text.rsplit("Your code is ", 1)[1].rstrip(".")
    reply = "Well, a duo." if "duo" in text else f"{code} {'correct' if 'uno' in text else 'wrong'}"
    writer.write(STREAM_HEAD + event(said(reply, finish="stop")) + event("[DONE]"))


def in_italian(asked: str) -> str:
    return {"What is 1?": "It is uno.", "What is 2?": "duo", "What is 3?": "3"}.get(
        asked, "I do not know."
    )


def test_free_text_is_judged_by_the_model_and_the_rest_as_ever(
    run: Run, model: Path, questions: Path, box: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, in_italian)
    facts = ["facts", model, "--questions", questions, "--samples", 1, "--no-detectors"]
    code, out, err = run(*facts, "--judge", "box:judge:7b", "--out", "mine", "--json")
    assert code == 0, err
    figures = json.loads(out)
    reader = ProbeReader(jobs.read_probe("mine").path)
    assert reader.plan.judge == figures["plan"]["judge"] == "box:judge:7b"
    outcomes = [record.greedy.outcome for record in reader.records()]
    assert outcomes == ["correct", "wrong", "correct", "abstained"]
    # The greedy answer, four in other contexts and a sample: all six of "duo".
    assert [r.greedy.unreadable for r in reader.records()] == [False, True, False, False]
    assert figures["unreadable"] == 6
    # "uno" and "duo" once each, the unreadable one once more; numbers and refusals not at all.
    assert len(box.bodies()) == 3
    assert {body["model"] for body in box.bodies()} == {"judge:7b"}
    report = run("report", "mine")[1]
    assert "judged by `box:judge:7b`; 6 of its verdicts could not be read" in report
    code, out, _ = run(*facts, "--judge", "box: judge:7b")
    assert "judged by box: judge:7b; 6 of its verdicts could not be read" in out


def test_without_a_judge_words_are_compared(
    run: Run, model: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, in_italian)
    facts = ["facts", model, "--questions", questions, "--samples", 0, "--no-detectors"]
    code, out, _ = run(*facts, "--json")
    assert code == 0
    assert json.loads(out)["unreadable"] == 0
    assert "judged by" not in run(*facts)[1]


def test_a_judge_that_is_lost_and_comes_back(
    run: Run, model: Path, questions: Path, box: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, in_italian)
    monkeypatch.setattr(asking.Asker, "at_once", property(lambda asker: 1))

    async def one_verdict(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await uno_is_one(asked, writer)
        box.handlers[CHAT] = answers(503, b"gone to lunch")

    box.handlers[CHAT] = one_verdict
    code, out, err = run(
        "facts", model, "--questions", questions, "--samples", 0, "--no-detectors",
        "--judge", "box:judge", "--out", "mine",
    )  # fmt: skip
    assert (code, out) == (2, "")
    assert "what was answered is kept. Go on with: llmlab probe facts --resume mine" in err
    assert "box answered with status 503" in err
    status = jobs.read_probe("mine")
    assert (status.state, status.done) == ("failed", 1)
    assert "503" in status.message
    (server,) = read_servers()
    forget("box")
    code, _, err = run("facts", "--resume", "mine")
    assert code == 2
    assert "no server 'box'" in err
    remember(replace(server, name="box"))
    box.handlers[CHAT] = uno_is_one
    n_before = len(box.bodies())
    code, out, err = run("facts", "--resume", "mine", "--json")
    assert code == 0, err
    assert json.loads(out)["answered"] == 4
    assert json.loads(out)["unreadable"] == 5
    assert len(box.bodies()) == n_before + 2, "only 'duo' was left to judge"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["CKPT", "--judge", "box:x"], "a web judges its own facts"),
        (["CKPT", "--questions", "FILE", "--judge", "box:x"], "no server 'box'"),
        (["CKPT", "--questions", "FILE", "--judge", "box"], "names no model of a server"),
        (["CKPT", "--questions", "FILE", "--judge", "box: "], "names no model of a server"),
        (["--resume", "x", "--judge", "box:x"], "--judge changes nothing"),
    ],
)
def test_mistakes_are_a_sentence_and_exit_code_2(
    run: Run, model: Path, questions: Path, argv: list[str], sentence: str
) -> None:
    places = {"CKPT": str(model), "FILE": str(questions)}
    code, out, err = run("facts", *[places.get(arg, arg) for arg in argv])
    assert (code, out) == (2, "")
    assert sentence in err
    assert jobs.list_probes() == []


def test_nobody_listens_there(
    run: Run, model: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, in_italian)
    remember(Server(name="box", url="http://127.0.0.1:9/v1"))
    code, _, err = run(
        "facts", model, "--questions", questions, "--samples", 0, "--no-detectors",
        "--judge", "box:judge",
    )  # fmt: skip
    assert code == 2
    assert "nobody listens there" in err
