"""Answers that are on their way: the part of one that was there, in Chat and in Compare.

They are of words with numbers, and no word is looked for in one pane only: while another pane is
gone to, a frame may still hold a part of the one before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tui.bench.kill.chat import replies
from tui.bench.kill.compare import texts
from tui.bench.kill.person import CHAT, COMPARE, ESCAPE, Person, Step, asks, to_pane
from tui.bench.kill.screen import Lines, in_dialog
from tui.bench.kill.watched import NOTHING, Home, Items, Subject, Watched
from tui.panes.answer_keeping import HALF_EVERY_S

LONG, A_WORD_S = 240, 0.05
"""Words of an answer, and how long each takes."""
DUE_S = HALF_EVERY_S + 2.0
"""Within which what was shown has to be on the disk: on a busy machine a timer is late too."""


def long_answer(number: str) -> list[str]:
    """The words of the answer to a question."""
    return [f" l{number}.{place}" for place in range(LONG)]


def _asks_for_much(person: Person) -> Iterator[Step]:
    yield from to_pane(*person.rng.choice((CHAT, COMPARE)))
    yield from asks(f"k{person.number()} long", DUE_S + 1 + person.some(6))
    yield Step(ESCAPE, person.some(1))


def words(lines: Lines) -> Items:
    """The words that stand somewhere; of one that is cut, one that came before it."""
    return NOTHING if in_dialog(lines) else _numbers(lines)


def _kept(home: Home) -> Items:
    return _numbers([*(reply.text for _, reply in replies(home)), *texts(home)])


def _numbers(texts: Iterable[str]) -> Items:
    """``question.place`` of all words."""
    found = (word for text in texts for word in re.finditer(r"\bl(\d+)\.(\d+)\b", text))
    return frozenset(f"{word[1]}.{word[2]}" for word in found)


SUBJECT = Subject(
    uses=(_asks_for_much, _asks_for_much, _asks_for_much),
    watched=(Watched("words of half answers", words, _kept, after_s=DUE_S),),
)
