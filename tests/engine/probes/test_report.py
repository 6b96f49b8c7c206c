"""Reports, with questions and answers by people who mean no good."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from probed import checkpoint, question, record

from engine import paths
from engine.errors import LabError, ProbeError
from engine.files import write_json
from engine.probes import jobs, store
from engine.probes.figures import figures
from engine.probes.jobs import ProbePlan
from engine.probes.reader import ProbeReader
from engine.probes.report import find_probe, write_report
from engine.probes.report_markdown import markdown

EVIL = "```\n# Owned\n<script>alert(1)</script> [x](http://evil) | a | b |\x1b[2J \u202e ````` `"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "model")


def finished(model: Path, name: str = "done-1", *, against: bool = True) -> ProbeReader:
    other = str(model) if against else None
    questions_path = model.parent / "q.jsonl"
    questions_path.write_text("{}")
    plan = ProbePlan(
        checkpoint=str(model), source="file", questions_path=str(questions_path), against=other
    )
    status = jobs.create_probe(plan, name=name)
    asked = [
        question(1, text=EVIL, answer=EVIL, group=EVIL),
        question(2, answer=None, group="=1+1", text="=HYPERLINK(1)"),
        question(3),
    ]
    now = [
        record("q1", "wrong", text=EVIL, agreement=0.5, p_ik=0.25),
        record("q2", "abstained", text="+I do not know"),
    ]
    before = [record("q1", "correct", text="@before"), record("q2", "wrong")]
    store.write_questions(status.path / store.QUESTIONS, asked)
    store.AnswerFile(status.path / store.ANSWERS).append(now)
    if against:
        store.AnswerFile(status.path / store.ANSWERS_AGAINST).append(before)
    found = figures(asked, now, before if against else None)
    plan = ProbeReader(status.path).plan
    write_json(status.path / store.FIGURES, {"plan": plan.to_json(), **found})
    write_json(status.path / store.LEFT_OUT, [f"q.jsonl, line 7: {EVIL}"])
    replace(status, state="done").save()
    return ProbeReader(status.path)


def outside_code(text: str) -> str:
    """Markdown without its fenced and inline code, as a renderer would see it."""
    kept, fence = [], ""
    for line in text.split("\n"):
        run = re.match("`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif run is not None:
            fence = run.group()
        else:
            kept.append(line)
    assert not fence, "a fence was left open"
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "CODE", "\n".join(kept))


@pytest.mark.parametrize("against", [True, False])
def test_untrusted_text_never_becomes_markdown(model: Path, against: bool) -> None:
    text = markdown([finished(model, against=against)])
    rest = outside_code(text)
    for evil in ("Owned", "script", "evil", "http"):
        assert evil in text
        assert evil not in rest
    assert "\x1b" not in text
    assert "\u202e" not in text
    tables = [line for line in rest.split("\n") if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    for above, line, below in zip(widths, tables[1:], widths[1:], strict=False):
        if "---" in line:
            assert above == below
    assert ("before → now" in text) == against


def test_the_headline_has_a_column_a_probe(model: Path) -> None:
    readers = [finished(model, "a"), finished(model, "b", against=False)]
    head = next(line for line in markdown(readers).split("\n") if "share, 0 to 1" in line)
    assert head.count("|") == 4


def test_csv_has_a_row_a_question_and_no_formulas(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_report([finished(model)], path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert [row["id"] for row in rows] == ["q1", "q2"]
    assert rows[0]["question"] == EVIL.lstrip("'")
    assert rows[0]["before_outcome"] == "correct"
    assert rows[0]["p_ik"] == "0.25"
    assert rows[1]["p_ik"] == ""
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@"))
    assert rows[1]["group"] == "'=1+1"


def test_jsonl_has_everything(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.jsonl"
    reader = finished(model)
    write_report([reader], path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["question"]["text"] == EVIL
    assert lines[0]["record"] == json.loads(json.dumps(next(reader.records()).to_json()))
    assert lines[1]["before"]["greedy"]["outcome"] == "wrong"


@pytest.mark.parametrize("name", ["report", "report.txt", "report.MD", "x" * 5000 + ".md"])
def test_unusable_file_names_are_refused(model: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError, match=r"ends in|could not be written"):
        write_report([finished(model)], tmp_path / name)


def test_nothing_is_overwritten_and_no_half_report_stays(model: Path, tmp_path: Path) -> None:
    reader = finished(model)
    path = tmp_path / "report.md"
    path.write_text("mine")
    with pytest.raises(LabError, match="exists already"):
        write_report([reader], path)
    assert path.read_text() == "mine"
    (reader.folder / store.QUESTIONS).write_text("{")
    for suffix in (".csv", ".jsonl"):
        with pytest.raises(ProbeError):
            write_report([reader], tmp_path / f"half{suffix}")
        assert not (tmp_path / f"half{suffix}").exists()
    with pytest.raises(LabError, match="could not be written"):
        write_report([reader], Path("/proc/nope/report.md"))


def test_probes_are_found_by_name_folder_and_checkpoint(model: Path) -> None:
    with pytest.raises(ProbeError, match="no finished probe"):
        find_probe(str(model))
    for name in ("nope", "x" * 5000, ""):
        with pytest.raises(ProbeError, match="There is no probe"):
            find_probe(name)
    first = finished(model, "first")
    newest = finished(model, "newest")
    plan = ProbePlan(checkpoint=str(model), samples=0)
    going_on = jobs.create_probe(plan, name="zz-going-on")
    assert find_probe("first").folder == first.folder
    assert find_probe(str(first.folder)).folder == first.folder
    assert find_probe(str(model)).folder == newest.folder
    with pytest.raises(ProbeError, match="no figures yet"):
        find_probe(going_on.name)
    assert first.folder.parent == paths.probes_folder()
