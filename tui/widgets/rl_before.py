"""The same problem before and after, side by side: a run's parent and its latest checkpoint."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content

from tui.chat.looks import lines
from tui.rl.looks import RIGHT, WRONG
from tui.safe_text import one_line
from tui.stages import hue
from tui.widgets.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.rl.record import Group
    from tui.rl.before import Comparison, Heard, Side

_ROLES = ("before", "after")


class RlBefore(VerticalScroll):
    """Draws a :class:`Comparison`."""

    HELP = """
## Before and after

The problem on the wall, put to the checkpoint that the run began from and to the newest one that it
has published: a greedy answer each, and eight that are drawn as in training. **a** asks again.
"""

    def __init__(self) -> None:
        super().__init__(id="rl-before")
        self._head = Words(id="rl-asked")
        self._sides = tuple(Words(classes="side") for _ in _ROLES)

    def compose(self) -> ComposeResult:
        """The problem, and two columns."""
        yield self._head
        with Horizontal():
            yield from self._sides

    @property
    def text(self) -> str:
        """The problem and both sides, one below the other."""
        return "\n\n".join(words.text for words in (self._head, *self._sides)).strip()

    def show(self, asked: Comparison | None, on_wall: Group | None) -> None:
        """Show what has come; the wall may show another problem by now."""
        self._head.say(_head_words(asked, on_wall))
        for place, words in enumerate(self._sides):
            side = asked.sides[place] if asked else None
            words.say(side_words(_ROLES[place], side) if side else Content(""))


def _head_words(asked: Comparison | None, on_wall: Group | None) -> Content:
    if asked is None:
        words = "a asks the problem on the wall." if on_wall else "There is no problem to ask yet."
        return Content.styled(words, "$quiet")
    group = asked.group
    parts = [
        Content.assemble(
            (one_line(group.task), "bold"), ("  answer ", "$quiet"), one_line(group.answer)
        ),
        Content(one_line(group.question)),
    ]
    if not asked.is_about(on_wall):
        parts.append(Content.styled("The wall shows another problem: a asks it.", "$quiet"))
    return Content("\n").join([*parts, Content("")])


def side_words(role: str, side: Side) -> Content:
    """One column."""
    head = Content.assemble((f"{role}  ", "$quiet"), (one_line(side.name), _name_style(side)))
    if side.state == "missing":
        return Content("\n").join([head, Content.styled(f"○ {side.message}", "$quiet")])
    parts = [head]
    if side.greedy is not None:
        parts += [_head("greedy", [side.greedy]), Content(lines(side.greedy.text))]
    if side.samples:
        parts += [Content(""), _head(f"{len(side.samples)} drawn", side.samples)]
        parts += [_sample(heard) for heard in side.samples]
    if side.state in ("waiting", "asking"):
        words = "waits" if side.state == "waiting" else "is asked"
        parts.append(Content.styled(f"{words} …", "$quiet"))
    elif side.state == "failed":
        parts.append(Content.styled(f"✗ {one_line(side.message)}", "$text-error"))
    return Content("\n").join(parts)


def _name_style(side: Side) -> str:
    return "$quiet" if side.state == "missing" else f"bold {hue(side.stage)}"


def _head(label: str, heard: Sequence[Heard]) -> Content:
    judged = [each for each in heard if each.correct is not None]
    length = f"{statistics.fmean(each.n_tokens for each in heard):.0f} tok"
    if not judged:
        return Content.styled(f"{label} · {length}", "$quiet")
    n_right = sum(each.correct is True for each in judged)
    sign, style = RIGHT if n_right else WRONG
    share = f"{n_right}/{len(judged)} right · " if len(judged) > 1 else ""
    return Content.assemble((f"{sign} ", style), (f"{label} · {share}{length}", "$quiet"))


def _sample(heard: Heard) -> Content:
    sign, style = ("·", "$quiet") if heard.correct is None else RIGHT if heard.correct else WRONG
    cut = "" if heard.ended else " … cut at the limit"
    return Content.assemble((f"{sign} ", style), one_line(heard.text.strip()), (cut, "$quiet"))
