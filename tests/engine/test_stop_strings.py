from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.stop_strings import StopStrings


def run(stops: list[str], pieces: list[str]) -> tuple[list[str], bool]:
    matcher = StopStrings(stops)
    out = []
    for piece in pieces:
        text, stopped = matcher.add(piece)
        out.append(text)
        if stopped:
            return out, True
    return [*out, matcher.finish()], False


@pytest.mark.parametrize(
    ("stops", "pieces", "out", "stopped"),
    [
        ([], ["a", "b"], ["a", "b", ""], False),
        (["\n\n"], ["a\n", "\n", "b"], ["a", ""], True),
        (["\n\n"], ["a\n", "b\n"], ["a", "\nb", "\n"], False),
        (["END"], ["xE", "N", "Ey"], ["x", "", "ENEy", ""], False),
        (["aab"], ["a", "a", "a", "b"], ["", "", "a", ""], True),
        (["b", "abc"], ["xa", "bc"], ["x", "a"], True),  # the earliest to be complete
        (["cd", "bcd"], ["a", "bc", "d"], ["a", "", ""], True),  # the one that begins first
        (["é!"], ["caf", "é", "!"], ["caf", "", ""], True),
        (["🦊🦊"], ["🦊", "x🦊", "🦊"], ["", "🦊x", ""], True),
        (["ab"], ["", "", "a", ""], ["", "", "", "", "a"], False),
    ],
)
def test_cases(stops: list[str], pieces: list[str], out: list[str], stopped: bool) -> None:
    assert run(stops, pieces) == (out, stopped)


@settings(deadline=None)
@given(
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=3),
    st.lists(st.text("ab", max_size=3), max_size=8),
)
def test_pieces_give_what_a_character_at_a_time_gives(stops: list[str], pieces: list[str]) -> None:
    """The text kept is all before the first completed stop string, however it was cut."""
    pieces_out, _ = run(stops, list("".join(pieces)))
    text = "".join(pieces_out)
    whole = "".join(pieces)
    ends = [whole.find(stop) + len(stop) for stop in stops if stop in whole]
    assert (len(text) < len(whole)) == bool(ends)
    if ends:
        end = min(ends)
        assert text == whole[: min(whole.find(s) for s in stops if s in whole[:end])]
    else:
        assert text == whole
