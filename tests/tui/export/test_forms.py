"""Round trips: what is written is read again by those who know the form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from engine.errors import LabError
from tui.export import forms
from tui.export.made import Made, Making, NotWantedError
from tui.export.markdown import fenced, table
from tui.panes.pane import Contents

HOSTILE = "[bold]\x1b]52;c;evil\x07\x1b[2J</> \u202e <script>|`x`|\r\n# head\ud83d"


def contents(*rows: dict[str, object], markdown: str = "") -> Contents:
    return Contents("title", (markdown,), rows)


def to_markdown(made: Contents) -> str:
    return "".join(forms.to_markdown(made))


def to_jsonl(made: Contents) -> str:
    return "".join(forms.to_jsonl(made))


def to_csv(made: Contents) -> str:
    return "".join(forms.to_csv(made))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_jsonl_has_every_text_exactly_and_no_nan() -> None:
    text = to_jsonl(contents({"a": HOSTILE, "b": float("nan"), "c": (1, 2.5), "d": b"\xff"}))
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text) == {"a": HOSTILE, "b": None, "c": [1, 2.5], "d": "ff"}


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', " =1", "\n=1", "-"],
)
def test_a_cell_that_would_be_computed_is_text(formula: str) -> None:
    (row,) = read(to_csv(contents({"a": formula, "b": -1.5})))
    assert not row["a"].lstrip().startswith(("=", "+", "-", "@"))
    assert row["b"] == "-1.5"


def test_a_column_named_like_a_formula_is_text_too() -> None:
    assert to_csv(contents({"=cmd": 1})).startswith("'=cmd\r\n")


def test_csv_comes_back_cell_by_cell() -> None:
    rows = [{"a": 'x "quoted", with\nlines', "n": 3}, {"a": None, "list": ["=1", {"k": True}]}]
    found = read(to_csv(contents(*rows)))
    assert found[0] == {"a": 'x "quoted", with\nlines', "n": "3", "list": ""}
    assert json.loads(found[1]["list"]) == ["=1", {"k": True}]


def test_csv_and_markdown_cannot_steer_a_terminal() -> None:
    made = contents({"a": HOSTILE}, markdown=table(("a",), [(HOSTILE,)]) + "\n\n" + fenced(HOSTILE))
    for text in (to_csv(made), to_markdown(made)):
        assert not any(ord(c) < 32 and c not in "\r\n" for c in text)
        assert "\u202e" not in text
        text.encode()
    assert "\r" not in to_markdown(made)


def test_a_line_of_a_table_stays_a_line() -> None:
    lines = table(("a", "b"), [("x | y\nz", None), (0.123456789, 7)]).splitlines()
    assert len(lines) == 4
    assert lines[2] == "| x \\| y↵z |  |"
    assert lines[3] == "| 0.123457 | 7 |"


@pytest.mark.parametrize("inside", ["```", "````\n# no\n````", "~~~", "`" * 30])
def test_a_fence_is_longer_than_any_inside(inside: str) -> None:
    first, *body, last = fenced(inside).splitlines()
    assert first == last == "`" * len(first)
    assert "\n".join(body) == inside
    assert all(not line.startswith(first) for line in body)


def test_rows_are_made_anew_each_time_counted_and_only_while_they_are_wanted() -> None:
    made = Contents("t", (), Made(lambda: ({"n": n} for n in range(2))))
    assert [json.loads(line) for line in to_jsonl(made).splitlines()] == [{"n": 0}, {"n": 1}]
    making = Making()
    assert [row["n"] for row in read(to_csv(making.watched(made)))] == ["0", "1"]
    assert making.done == 2
    lines = forms.to_jsonl(making.watched(made))
    assert next(lines) == '{"n": 0}\n'
    making.wanted = False
    with pytest.raises(NotWantedError):
        next(lines)


def test_a_card_stands_below_and_one_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\nlicense: mit\n---\n# Card\n\x1b[31mred\n")
    made = Contents("t", ("words",), card=card)
    assert to_markdown(made) == "# t\n\nwords\n\n# Card\n␛[31mred\n"
    card.unlink()
    with pytest.raises(LabError, match="cannot be read"):
        to_markdown(made)
