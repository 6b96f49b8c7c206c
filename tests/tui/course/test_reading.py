from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from tui.course.errors import CourseError
from tui.course.reading import LECTURE, MOST_LETTERS, read_course, read_steps
from tui.course.setups import SETUPS
from tui.keys.catalogue import all_bindings
from tui.widgets import data_head, probe_head, rl_head, token_head
from tui.widgets.top_bar import PANES

GOOD = """+++
id = "one"
title = "One"
part = "Part"
pane = "compare"
action = "Press {key:prompt.send}."
done = "It said {answer.text} on {answer.pages} pages."

[setup]
models = ["nano/base", "nano/sft"]
temperature = 0

[check]
fact = "answer"
where = { outcome = "wrong", tokens = { at_least = 2 } }
+++
What is going
on here.
"""


def course(folder: Path, *files: str) -> Path:
    for number, text in enumerate(files):
        (folder / f"{number:02}.md").write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def test_a_good_file(tmp_path: Path) -> None:
    (step,) = read_course(course(tmp_path, GOOD.replace("\n", "\r\n")), {"prompt.send"}).steps
    assert step.text == "What is going on here."
    assert step.setup == {"models": ["nano/base", "nano/sft"], "temperature": 0}
    assert [check.name for check in step.checks] == ["answer"]
    assert len(step.checks[0].conditions) == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+++\nid", "id", "line 1: a step begins with a line +++."),
        ("+++\nWhat", "What", "the line +++ that ends the table is missing."),
        ('"One"', '"One', "line 3: this is not TOML: "),
        ("What is going\non here.\n", " \n", "line 17: the text below the table is missing."),
        ('id = "one"\n', "", "id is missing."),
        ('id = "one"', 'id = "One step"', "line 2: id: 'One step' is none; take up to 40"),
        ('id = "one"', "id = 1", "line 2: id: a text is wanted, between quotes."),
        ('title = "One"', 'titel = "One"', "line 3: titel: there is no such key; is 'title' meant"),
        ('title = "One"', f'title = "{"x" * 99}"', "line 3: title: it has 99 letters, and there"),
        ('"compare"', '"comparison"', "line 5: pane: there is no pane 'comparison'; there are"),
        ("prompt.send", "prompt.sent", "line 6: action: there is no binding 'prompt.sent'"),
        ("{key:prompt.send}", "{enter}", "line 6: action: {enter} is no key; write such as"),
        ("{key:prompt.send}", "{", "line 6: action: {{} is no key"),
        ("{answer.text}", "{answer.txt}", "line 7: done: answer has no value 'txt'; it has pane"),
        ("{answer.text}", "{said.text}", "line 7: done: there is no check named 'said'; there are"),
        ("{answer.text}", "{answer.text%}", "line 7: done: text is no share"),
        ("{answer.text}", "{answer}", "line 7: done: {answer} is no value"),
        ("temperature = 0", "temperature = -1", "line 11: setup.temperature: -1 is below 0."),
        ("temperature = 0", "temprature = 0", "line 11: setup.temprature: there is no such key"),
        ("temperature = 0", "chat = 1", "line 11: setup.chat: 1 is not true or false."),
        ('["nano/base", "nano/sft"]', '["nano/base"]', "line 10: setup.models: ['nano/base'] is"),
        ('["nano/base", "nano/sft"]', '["a", 2]', "line 10: setup.models: 2 is not text."),
        ('fact = "answer"', 'fact = "answers"', "line 14: check.fact: there is no fact 'answers'"),
        ('outcome = "wrong"', "outcome = 3", "line 15: check.where.outcome: 3 is not text."),
        ("at_least = 2", 'at_least = "2"', "line 15: check.where.tokens: '2' is not a whole"),
        ("where =", "before = 1 #", "line 15: check.before: 1 is not true or false."),
        ('fact = "answer"', 'fact = "answer"\nname = "A b"', "line 15: check.name: 'A b' is none"),
        ("[check]", "[[check]]\nfact = 'answer'\n[[check]]", "two checks are called 'answer'"),
        ("[check]\n", "[checks]\n", "line 13: checks: there is no such key; is 'check' meant?"),
        ("What is", "\udcff", "line 17: this is not UTF-8."),
        ("What is", "x" * 70_000, "bytes: 64,000 are the most."),
        ("What is", "x " * 300, "text: it has 6"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    folder = course(tmp_path, GOOD.replace(old, new))
    with pytest.raises(CourseError) as caught:
        read_course(folder, {"prompt.send"})
    sentence = str(caught.value)
    assert sentence.startswith(str(folder / "00.md")), sentence
    assert said in sentence
    assert sentence.endswith((".", "?"))


def test_folders_that_are_no_course(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("not a step")
    with pytest.raises(CourseError, match="has no step"):
        read_course(tmp_path)
    with pytest.raises(CourseError, match="no such file or directory"):
        read_course(tmp_path / "gone")
    with pytest.raises(CourseError, match="not a directory"):
        read_course(tmp_path / "README.md")


def test_files_that_are_no_text(tmp_path: Path) -> None:
    deep = GOOD.replace("temperature = 0", f"prompt = {'[' * 9000}")
    os.mkfifo(course(tmp_path, GOOD, deep) / "02.md")
    (tmp_path / "03.md").mkdir()
    good, *others = read_steps(tmp_path)
    assert not isinstance(good, CourseError)
    said = [str(each) for each in others]
    assert "nested too deeply" in said[0]
    assert said[1].endswith("02.md is no file; a step is a text.")
    assert said[2].endswith("03.md is no file; a step is a text.")


def test_two_steps_of_one_id(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"line 2: id: 'one' is that of 00\.md as well; take"):
        read_course(course(tmp_path, GOOD, GOOD))


def test_a_wrong_file_does_not_hide_the_others(tmp_path: Path) -> None:
    other = GOOD.replace('"one"', '"two"')
    read = list(read_steps(course(tmp_path, GOOD.replace("+++\nid", "id"), other, "")))
    assert [isinstance(each, CourseError) for each in read] == [True, False, True]


def test_the_second_of_two_checks_is_pointed_at(tmp_path: Path) -> None:
    second = '[[check]]\nfact = "answer"\n[[check]]\nfact = "probe"\nname = "b"\n'
    text = GOOD.replace('[check]\nfact = "answer"\n', second).replace("where =", "where = 3 #")
    with pytest.raises(CourseError, match=r"line 18: check\.where: a table"):
        read_course(course(tmp_path, text))


def test_the_lecture_is_right_and_of_a_piece() -> None:
    lecture = read_course(LECTURE, all_bindings())
    assert lecture.id == "lecture"
    assert 14 <= len(lecture.steps) <= 18
    assert (lecture.steps[0].id, lecture.steps[-1].id) == ("page", "rollouts")
    for step in lecture.steps:
        assert step.hint, step.id
        assert 3 <= sum(step.text.count(sign) for sign in (". ", "? ")) + 1 <= 4, step.id
        assert all(check.conditions for check in step.checks), f"{step.id} checks nothing"
        assert len(step.title) + 5 <= 33, f"{step.id} does not fit the list"
    assert max(MOST_LETTERS.values()) == MOST_LETTERS["text"]


def test_setups_know_the_panes_and_their_views() -> None:
    assert set(SETUPS) == set(PANES)
    for pane, head in (
        ("data", data_head), ("tokens", token_head), ("probes", probe_head), ("rl", rl_head)
    ):  # fmt: skip
        assert set(SETUPS[pane]["view"].one_of) == set(get_args(head.View))
