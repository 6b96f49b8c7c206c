"""``llmlab probe facts`` and ``report`` as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from probed import saying

from engine.probes import asking, jobs
from engine.probes.plan import ProbePlan
from tests.tui.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("plain_torch")
QUESTIONS = (
    '{"id": "a", "question": "What is 1?", "answer": ["thing1", "the first"]}\n'
    '{"id": "b", "question": "Who is \\u001b[2J?", "unknown": true}\n'
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "q.jsonl"
    path.write_text(QUESTIONS)
    return path


@pytest.fixture
def run(run: Run) -> Run:
    return partial(run, "probe")


def knows_one(asked: str) -> str:
    return "It is thing1." if "1" in asked else "I do not know."


def test_a_file_of_questions_as_one_document(
    run: Run, model: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, knows_one)
    code, out, err = run(
        "facts", model, "--questions", questions, "--samples", 2, "--no-detectors", "--json",
        "--out", "mine", "--temperature", 0.5,
    )  # fmt: skip
    assert code == 0, err
    document = json.loads(out)
    assert out.count("\n") == 1
    assert (document["probe"], document["state"]) == ("mine", "done")
    assert document["plan"]["samples"] == 2
    assert document["plan"]["temperature"] == 0.5
    assert document["headline"]["accuracy_answerable"] == 1.0
    assert document["headline"]["refusal_unanswerable"] == 1.0
    assert document["headline"]["hallucination_rate"] == 0.0
    assert "probe mine" in err


def test_tables_for_people(
    run: Run, model: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, knows_one)
    code, out, _ = run(
        "facts",
        model,
        "--questions",
        questions,
        "--samples",
        2,
        "--no-detectors",
        "--against",
        model,
    )
    assert code == 0
    assert "2 of 2 questions answered" in out
    assert "correct before" in out
    assert "highly known" in out
    assert "refuses of what nobody can answer" in out
    assert "agreement" in out


def test_bad_lines_go_to_stderr_and_the_rest_is_asked(
    run: Run, model: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, knows_one)
    with questions.open("ab") as file:
        file.write(b'{"question": "x"}\n\xff\n{"question": "' + b"y" * 1_100_000 + b'"}\n')
        file.write(
            b'{"id": "a", "question": "again", "answer": "x"}\n{"question": "z", "answer": ""}\n'
        )
    code, out, err = run(
        "facts", model, "--questions", questions, "--samples", 0, "--no-detectors", "--json"
    )
    assert code == 0
    assert json.loads(out)["answered"] == 2
    for line in range(3, 8):
        assert f"q.jsonl, line {line}: " in err
    questions.write_text("{\n")
    code, out, err = run("facts", model, "--questions", questions, "--no-detectors", "--json")
    assert (code, out) == (2, "")
    assert "line 1" in err


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["facts"], "either a checkpoint"),
        (["facts", "CKPT", "--resume", "x"], "either a checkpoint"),
        (["facts", "nope"], "no checkpoint 'nope'"),
        (["facts", "CKPT", "--against", "nope"], "no checkpoint 'nope'"),
        (["facts", "CKPT", "--questions", "/nope.jsonl"], "/nope.jsonl"),
        (["facts", "CKPT", "--questions", "/tmp"], "/tmp"),
        (["facts", "CKPT", "--samples", "-1"], "-1 samples"),
        (["facts", "CKPT", "--temperature", "nan"], "'nan' is no number"),
        (["facts", "CKPT", "--per-group", "0"], "0 questions a group"),
        (["facts", "CKPT", "--out", "a b"], "cannot name a probe"),
        (["facts", "CKPT", "--questions", "q", "--per-group", "5"], "--per-group chooses"),
        (["facts", "CKPT", "--questions", "q", "--split", "development"], "--split chooses"),
        (["facts", "--resume", "nope"], "no probe 'nope'"),
        (["facts", "--resume", "x", "--samples", "3"], "--samples changes nothing"),
        (["facts", "--resume", "x", "--per-group", "3"], "--per-group changes nothing"),
        (["facts", "--resume", "x", "--no-detectors"], "--no-detectors changes nothing"),
        (["report", "nope"], "no probe 'nope'"),
        (["report", "CKPT"], "llmlab probe facts"),
        (["report", "CKPT", "--out", "report.txt"], "ends in '.txt'"),
        (["report", "CKPT", "--out", "~nobody-of-that-name/x.md"], "the name of no user"),
    ],
)
def test_mistakes_are_a_sentence_and_exit_code_2(
    run: Run, model: Path, argv: list[str], sentence: str
) -> None:
    code, out, err = run(*[str(model) if arg == "CKPT" else arg for arg in argv])
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err
    assert jobs.list_probes() == []


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(
    run: Run, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, lambda asked: "x")
    monkeypatch.setattr(asking.Asker, "at_once", property(lambda asker: 2))
    path = tmp_path / "many.jsonl"
    path.write_text("".join(f'{{"question": "What is {i}?", "answer": "y"}}\n' for i in range(6)))
    ask, groups = asking.Asker._ask, []

    def interrupted(*args: object) -> object:
        groups.append(1)
        if len(groups) == 2:
            raise KeyboardInterrupt
        return ask(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(asking.Asker, "_ask", interrupted)
    code, out, err = run(
        "facts", model, "--questions", path, "--samples", 1, "--no-detectors", "--out", "mine"
    )
    assert (code, out) == (130, "")
    assert "llmlab probe facts --resume mine" in err
    assert jobs.read_probe("mine").done == 2
    code, out, _ = run("facts", "--resume", "mine", "--json")
    assert code == 0
    assert json.loads(out)["answered"] == 6
    assert run("facts", "--resume", "mine")[0] == 2


def test_a_report_of_a_checkpoint(
    run: Run, model: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch, knows_one)
    facts = ["facts", model, "--questions", questions, "--samples", 1, "--no-detectors"]
    assert run(*facts, "--out", "one")[0] == 0
    code, out, _ = run("report", model)
    assert code == 0
    assert out.startswith("# What the model knows")
    assert "\x1b" not in out
    for name in ("r.md", "r.csv", "r.jsonl"):
        code, out, err = run("report", "one", "--out", tmp_path / name)
        assert (code, out) == (0, "")
        assert name in err
        assert (tmp_path / name).stat().st_size
    assert run("report", "one", "--out", tmp_path / "r.md")[0] == 2


def test_the_parent_is_what_it_is_compared_with(
    run: Run, model: Path, questions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[ProbePlan] = []

    def remember(plan: ProbePlan, *, name: str | None) -> object:
        plans.append(plan)
        raise jobs.ProbeError("enough")

    monkeypatch.setattr(jobs, "create_probe", remember)
    manifest = model / "run.json"
    data = json.loads(manifest.read_text())
    for parent, expected in (("nano/sft", "nano/sft"), ("nano/base", None), ("gone", None)):
        manifest.write_text(json.dumps({**data, "parent": {"name": parent, "sha256": "0"}}))
        assert run("facts", model)[0] == 2
        assert plans[-1].against == expected
    manifest.write_text(json.dumps({**data, "parent": {"name": "nano/sft", "sha256": "0"}}))
    run("facts", model, "--against", "none")
    assert plans[-1].against is None
    run("facts", model, "--against", "nano/base", "--seed", 9)
    assert (plans[-1].against, plans[-1].seed) == ("nano/base", 9)


def test_help_imports_no_torch() -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        "try: main(['probe', 'facts', '--help'])\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    modules = ("jobs", "reader", "figures", "knowledge", "agreement", "report", "plan", "record")
    imports = ", ".join(f"engine.probes.{module}" for module in modules)
    code = f"import sys, {imports}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_example_questions_are_twenty_of_each() -> None:
    from engine.probes.makers.file import read_questions

    path = Path(__file__).parents[3] / "docs" / "examples" / "questions.jsonl"
    found, bad = read_questions(path)
    assert bad == []
    assert [sum(q.answerable is known for q in found) for known in (True, False)] == [20, 20]
