from __future__ import annotations

import pytest

from tui.keys.choosing import check
from tui.keys.names import KeyNameError, parse_keys, shown_key


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("f10", ("f10",)),
        (" ctrl+G , m ", ("ctrl+g", "m")),
        ("N", ("N",)),
        ("?", ("question_mark",)),
        (",", ("comma",)),
        ("+", ("plus",)),
        ("-", ("minus",)),
        ("[,]", ("left_square_bracket", "right_square_bracket")),
        ("shift+ctrl+left", ("ctrl+shift+left",)),
        ("PageDown", ("pagedown",)),
        ("a,a", ("a",)),
        ("é", ("é",)),
    ],
)
def test_keys_as_a_person_writes_them(written: str, keys: tuple[str, ...]) -> None:
    assert parse_keys(written) == keys


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "no key"),
        (" , ,", "no key"),
        ("f99", "'f99' is no key"),
        ("hyper+x", "stands ctrl, alt or shift"),
        ("ctrl+", "is no key"),
        ("ctrl+1", "cannot send"),
        ("ctrl+é", "cannot send"),
        ("shift+a", "the letter A"),
        ("scroll-up", "is no key"),
        ("\x1b[2J", "␛"),
        ("\x00", "is no key"),
        ("👩\u200d🔬", "is no key"),
        ("a,b,c,d,e", "at most 4"),
        ("nonsense" * 500, "is no key"),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_what_is_no_key(written: str, says: str) -> None:
    with pytest.raises(KeyNameError) as mistake:
        parse_keys(written)
    assert says in str(mistake.value)
    assert "\x1b" not in str(mistake.value)


@pytest.mark.parametrize(
    ("key", "shown"),
    [("ctrl+t", "^t"), ("f2", "F2"), ("left_square_bracket", "["), ("shift+up", "shift+↑")],
)
def test_keys_are_shown_as_in_the_footer(key: str, shown: str) -> None:
    assert shown_key(key) == shown


@pytest.mark.parametrize(
    ("id_", "text", "says"),
    [
        ("compare.resed", "f10", "is 'compare.reseed' meant?"),
        ("\x1b]0;x", "f10", "llmlab keys"),
        ("compare.mode", "wibble", "'wibble' is no key"),
        ("compare.mode", "ctrl+h", "backspace"),
        ("compare.mode", "ctrl+enter", "cannot be ^⏎"),
        ("compare.mode", "escape", "one step out"),
        ("compare.mode", "c", "'model' (Compare, compare.choose)"),
        ("compare.mode", "7", "'go to RL' (Everywhere, pane.rl)"),
        ("compare.mode", "f1", "'help' (Everywhere, app.help)"),
        ("compare.mode", "space", "(A column, column.alternatives)"),
        ("compare.mode", "ctrl+w", "Delete left to start of word"),
        ("app.jump", "j", "inside text"),
        ("prompt.send", "x", "letter"),
        ("name.leave", "j", "letters are text"),
        ("prompt.send", "left", "'Cursor left'"),
        ("past.delete", "enter", "(Button)"),
    ],
)
def test_what_cannot_be_had_is_said_and_left_out(id_: str, text: str, says: str) -> None:
    checked = check({"compare.own": "f10", id_: text})
    assert dict(checked.keys) == {"compare.own": ("f10",)}
    (problem,) = checked.problems.values()
    assert says in problem
    assert "\x1b" not in problem


@pytest.mark.parametrize(
    "chosen",
    [
        {"compare.mode": "f10"},
        {"compare.stop": "escape,f10"},
        {"compare.reseed": "ctrl+t,n", "compare.mode": "ctrl+r,m"},
        {"app.jump": "ctrl+g", "grid.open": "enter"},
        {"pane.pipeline": "8", "pane.runs": "1"},
        {"probes.new": "z", "rl.train": "z"},  # They are never there at once.
    ],
)
def test_what_can_be_had(chosen: dict[str, str]) -> None:
    checked = check(chosen)
    assert checked.problems == {}
    assert set(checked.keys) == set(chosen)


def test_of_two_that_want_a_key_the_first_gets_it() -> None:
    checked = check({"compare.own": "f10", "compare.mode": "f10", "compare.add": "f12"})
    assert set(checked.keys) == {"compare.own", "compare.add"}
    assert "compare.own" in checked.problems["compare.mode"]


def test_half_of_an_exchange_is_none() -> None:
    """When one of two that change places cannot, the other finds its key taken."""
    checked = check({"compare.reseed": "ctrl+t", "compare.mode": "ctrl+enter"})
    assert checked.keys == {}
    assert set(checked.problems) == {"compare.reseed", "compare.mode"}


def test_a_thousand_lines_of_nonsense() -> None:
    checked = check({f"no.such-{n}": "f10" for n in range(1000)})
    assert len(checked.problems) == 1000
