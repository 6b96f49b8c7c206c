"""A conversation: questions, whole answers, and what became of calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui.bench.kill.person import CHAT, Person, Step, asks, to_pane
from tui.bench.kill.screen import Lines, in_dialog, shows, words_of
from tui.bench.kill.watched import Home, Items, Subject, Watched
from tui.chat.reply import Reply

_ENDED = {"approve": "done", "run": "done", "deny": "denied"}
"""How a call that was decided so is shown."""


def _asks_plainly(person: Person) -> Iterator[Step]:
    yield from to_pane(*CHAT)
    yield from asks(f"k{person.number()} plain", person.some(2))


def _asks_with_tool(person: Person) -> Iterator[Step]:
    yield from to_pane(*CHAT)
    yield from asks(f"k{person.number()} calc", person.some(2))


def _decides(person: Person) -> Iterator[Step]:
    yield from to_pane(*CHAT)
    yield from asks(f"k{person.number()} python", person.some(2))
    yield Step("", 2, "? waiting")
    yield Step("", person.some(1) + 0.4)
    yield Step(person.rng.choice("aad"), person.some(2))


@dataclass(slots=True)
class Talk:
    """What stands in a conversation, by the numbers of the questions."""

    questions: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    """With how they ended: ``7 denied``."""


def talk(lines: Lines) -> Talk:
    """Questions, whole answers and ended calls of exchanges without the sign."""
    found = Talk()
    if not shows(lines, CHAT[1]) or in_dialog(lines):
        return found
    kept, number = False, ""
    for line in lines:
        words = words_of(line)
        if words == "you" or words.startswith("you ·"):
            kept, number = words == "you", ""
        elif kept and not number and (asked := re.match(r"k(\d+) \w+$", words)):
            number = asked[1]
            found.questions.add(number)
        elif kept and number and (ended := re.search(rf"\bc{number}\b.*[✓○] (done|denied)", words)):
            found.calls.add(f"{number} {ended[1]}")
        elif kept and number and re.match(r"\d+ tokens · .*seed", words):
            found.answers.add(number)
    return found


def replies(home: Home) -> Iterator[tuple[str, Reply]]:
    """All questions with their replies."""
    conversations = home.state.conversations
    for listed in conversations.listed():
        for exchange in conversations.load(listed.key).exchanges:
            yield exchange.question, exchange.reply


def _questions(home: Home) -> Items:
    return frozenset(question.partition(" ")[0][1:] for question, _ in replies(home))


def _answers(home: Home) -> Items:
    done = (reply.text for _, reply in replies(home) if reply.state == "done")
    return frozenset(number for text in done for number in re.findall(r"\ba(\d+)\b", text))


def _calls(home: Home) -> Items:
    decided = (each for each in home.state.decisions.listed() if each.by != "bench")
    return frozenset(f"{each.call[1:]} {_ENDED.get(each.decision, '')}" for each in decided)


SUBJECT = Subject(
    uses=(_asks_plainly, _asks_with_tool, _decides, _decides),
    watched=(
        Watched("questions", lambda lines: frozenset(talk(lines).questions), _questions),
        Watched("answers", lambda lines: frozenset(talk(lines).answers), _answers),
        Watched("calls", lambda lines: frozenset(talk(lines).calls), _calls),
    ),
)
