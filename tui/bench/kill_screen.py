"""What stood on a terminal when its program was killed, and which of it said that it was kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import LabError
from tui.notes import NOT_KEPT

if TYPE_CHECKING:
    from pyte import Screen, Stream

_END_OF_FRAME = b"\x1b[?2026l"
_NOT_FOR_PYTE = re.compile(r"\x1b\[[>=][0-9;]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
"""Sequences of newer terminals, of which pyte would print a part as text."""

_EDGES = re.compile(r"^[\s│▀-▟]+|[\s│▀-▟]+$")
"""Borders, marks and scroll bars."""

FRAMES_ARE_WHOLE = "\x1b[?2026;2$y"
"""What a terminal answers that draws whole frames only: the program then marks their ends."""


class Confirmed(NamedTuple):
    """What a person was shown as kept, by the numbers of the questions."""

    questions: frozenset[str]
    answers: frozenset[str]
    calls: frozenset[str]
    notes: frozenset[str] = frozenset()
    """Of the run; each takes the place of the one before."""


class Emulator:
    """A terminal's screen, frame by frame.

    Raises:
        LabError: pyte is not installed.
    """

    def __init__(self, width: int, height: int) -> None:
        try:
            import pyte
        except ImportError as error:
            raise LabError(
                'This benchmark reads a terminal\'s screen with pyte: pip install "llmlab[dev]".'
            ) from error
        self._screen: Screen = pyte.Screen(width, height)
        self._stream: Stream = pyte.Stream(self._screen)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what was written; a frame whose end has not come is not on the screen."""
        data = self._rest + data
        end = data.rfind(_END_OF_FRAME)
        whole = data[: end + len(_END_OF_FRAME)] if end >= 0 else b""
        self._rest = data[len(whole) :]
        self._stream.feed(_NOT_FOR_PYTE.sub("", whole.decode("utf-8", "replace")))

    @property
    def lines(self) -> list[str]:
        """What stands there."""
        return list(self._screen.display)


def confirmed(lines: list[str]) -> Confirmed:
    """What a screen says is kept: it stands there without the sign."""
    text = "\n".join(lines)
    if "─ prompt ─" in text:
        return Confirmed(frozenset(), _in_columns(lines), frozenset())
    if "─ message ─" in text:
        return _in_conversation(lines)
    nothing: frozenset[str] = frozenset()
    return Confirmed(nothing, nothing, nothing, _below_the_runs(lines))


def step_of_run(lines: list[str]) -> int | None:
    """The step that pane 8 gives for a run that it says is going, None if it says no such thing."""
    going = re.compile(r"● running +base · pico · ([\d ]+)/")
    steps = [found[1] for line in lines if (found := going.search(line))]
    return int(steps[0].replace(" ", "")) if steps else None


def _in_columns(lines: list[str]) -> frozenset[str]:
    """Answers of columns whose border says that they have ended, and no more."""
    bottom = next((line for line in lines if line.startswith("╰") and line.count("╰") == 2), "")
    middle = bottom.find("╰", 1)
    found: set[str] = set()
    for first, last in ((0, middle), (middle, None)) if middle > 0 else ():
        border = bottom[first:last]
        if "ended by itself" in border and NOT_KEPT not in border:
            body = " ".join(line[first:last] for line in lines[5:])
            found.update(re.findall(r"\ba(\d+)■", body))
    return frozenset(found)


def _below_the_runs(lines: list[str]) -> frozenset[str]:
    """The note under the facts of the run, unless a dialog stands over them."""
    if not any("d disk use" in line for line in lines) or any("─ note · " in x for x in lines):
        return frozenset()
    return frozenset(found[1] for line in lines if (found := re.fullmatch(r" +n(\d+) *", line)))


def _in_conversation(lines: list[str]) -> Confirmed:
    """Questions, whole answers and finished calls of exchanges without the sign."""
    questions: set[str] = set()
    answers: set[str] = set()
    calls: set[str] = set()
    kept, number = False, ""
    for line in lines:
        words = _EDGES.sub("", line)
        if words == "you" or words.startswith("you ·"):
            kept, number = words == "you", ""
        elif kept and not number and (asked := re.match(r"k(\d+) \w+$", words)):
            number = asked[1]
            questions.add(number)
        elif kept and number and re.search(rf"\bc{number}\b.*(✓ done|○ denied)", words):
            calls.add(number)
        elif kept and number and re.match(r"\d+ tokens · .*seed", words):
            answers.add(number)
    return Confirmed(frozenset(questions), frozenset(answers), frozenset(calls))
