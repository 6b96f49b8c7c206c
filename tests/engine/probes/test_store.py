import errno
import json
import os
from pathlib import Path

import pytest
from probed import question, record

from engine.errors import LabError, ProbeError
from engine.probes import store
from engine.probes.reader import ProbeReader
from engine.probes.store import AnswerFile, read_questions, read_records, write_questions


def test_questions_come_back_as_they_were(tmp_path: Path) -> None:
    asked = [
        question(1, aliases=("a", "b"), wordings=("x?",), exposures=3, group="head"),
        question(2, answer=None, text="Ünï\n\u2028🙂 \ud800"),
    ]
    write_questions(tmp_path / "q.jsonl", asked)
    assert read_questions(tmp_path / "q.jsonl") == asked


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"id": "x"}', b'{"aliases": 1}', b"\xff"])
def test_damaged_questions_are_named_by_line(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "q.jsonl"
    write_questions(path, [question()])
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(ProbeError, match="line 2"):
        read_questions(path)


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    written = [record("q1", agreement=0.5), record("q2", "abstained", text="half \ud800 of 🙂")]
    AnswerFile(path).append(written)
    assert list(read_records(path)) == written
    assert list(read_records(tmp_path / "none.jsonl")) == []


def line_of(name: str) -> bytes:
    return json.dumps(record(name).to_json()).encode() + b"\n"


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (line_of("q1") + line_of("q2")[:-1], {"q1"}),
        (line_of("q1") + line_of("q2")[:40], {"q1"}),
        (line_of("q1")[:-9], set()),
        (b"\x00\x00\x00\n" + line_of("q2"), {"q2"}),
        (line_of("q1")[:50] + line_of("q2"), set()),
        (b'{"id": "q1"}\n[]\nnull\n' + line_of("q2"), {"q2"}),
        (b"", set()),
    ],
)
def test_a_crash_costs_the_line_it_cut_and_no_other(
    tmp_path: Path, data: bytes, kept: set[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    answers = AnswerFile(path)
    assert answers.done == kept
    answers.append([record("q9")])
    assert {r.id for r in read_records(path)} == {*kept, "q9"}
    assert [q.id for q in answers.left([question(1), question(2), question(9)])] == [
        name for name in ("q1", "q2") if name not in kept
    ]


def test_a_question_answered_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    AnswerFile(path).append([record("q1"), record("q1", "wrong")])
    assert [r.greedy.outcome for r in read_records(path)] == ["correct"]


def test_a_full_disk_is_a_sentence_and_the_answers_are_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    answers = AnswerFile(tmp_path / "a.jsonl")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LabError, match="disk is full"):
        answers.append([record("q1")])
    assert answers.done == set()


def test_a_reader_sees_each_record_once(tmp_path: Path) -> None:
    reader = ProbeReader(tmp_path)
    assert reader.questions() == []
    assert reader.figures() is None
    assert reader.new_records() == []
    path = tmp_path / store.ANSWERS
    path.write_bytes(line_of("q1") + line_of("q2")[:30])
    assert [r.id for r in reader.new_records()] == ["q1"]
    path.write_bytes(line_of("q1") + line_of("q2") + b"damaged\n" + line_of("q3"))
    assert [r.id for r in reader.new_records()] == ["q2", "q3"]
    replaced = tmp_path / "new"
    replaced.write_bytes(line_of("q1") + line_of("q4"))
    replaced.replace(path)
    assert [r.id for r in reader.new_records()] == ["q4"]
    assert reader.new_before() == []
    (tmp_path / store.ANSWERS_AGAINST).write_bytes(line_of("q1"))
    assert [r.id for r in reader.new_before()] == ["q1"]
    assert [r.id for r in reader.records()] == ["q1", "q4"]


@pytest.mark.parametrize("text", ["{", "[]", "3"])
def test_damaged_figures_are_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / store.FIGURES).write_text(text)
    with pytest.raises(LabError, match=r"figures\.json"):
        ProbeReader(tmp_path).figures()
