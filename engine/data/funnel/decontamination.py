"""Decontamination: no page that holds a question of an evaluation may be trained on.

Exact, in the manner of GPT-3 (Brown et al. 2020, appendix C): a question is found as its words in
order, whatever the case, the punctuation and the white space between them. GPT-3 looked for any 13
words of a test document; these questions are shorter, so all their words must stand there.

Where a question may begin is looked up by its first words, and how long it may be with them, so
that the time grows with the text and not with the number of questions.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice

from engine.data.facts import questions
from engine.data.world import World
from engine.tasks.catalogue import TASKS
from engine.tasks.task import problems

KEY_WORDS = 3
"""Shorter questions would stand on honest pages by chance and are refused."""
PROBLEMS_A_TASK = 500
"""Of each task with a verifier; an evaluation asks the first 100 of them unless told otherwise."""
_ON_PAGES = frozenset({"letter_counting"})
_WORD = re.compile(r"[^\W_]+")


class Decontaminator:
    """Finds held-out questions in texts."""

    def __init__(self, questions: Iterable[str]) -> None:
        """Index ``questions``.

        Raises:
            ValueError: one has fewer than ``KEY_WORDS`` words.
        """
        self._question_of: dict[tuple[str, ...], str] = {}
        self._lengths: dict[tuple[str, ...], set[int]] = {}
        for question in questions:
            words = tuple(_normalised(question))
            if len(words) < KEY_WORDS:
                raise ValueError(f"{question!r} has fewer than {KEY_WORDS} words")
            self._question_of.setdefault(words, question)
            self._lengths.setdefault(words[:KEY_WORDS], set()).add(len(words))

    def find(self, text: str) -> str | None:
        """The first held-out question that stands in ``text``, as it was given; None if none."""
        words = _normalised(text)
        windows = zip(*(words[start:] for start in range(KEY_WORDS)), strict=False)
        for start, window in enumerate(windows):
            for length in self._lengths.get(window, ()):
                question = self._question_of.get(tuple(words[start : start + length]))
                if question is not None:
                    return question
        return None


def held_out_questions(world: World) -> list[str]:
    """What evaluations ask and no page may hold.

    Every held-out phrasing about every held-out person, place, invention and book, which is all
    that ``llmlab eval`` asks of facts; and of each task with a verifier the problems that its
    evaluation draws first. Not covered: tasks whose questions stand on the pages rightly (sums,
    spelling and letters, which the pages are there to teach), and problems beyond those drawn, of
    which there are more than can be listed.
    """
    return list(dict.fromkeys((*_about_facts(world), *_of_tasks())))


def _about_facts(world: World) -> Iterator[str]:
    for entity in world.entities():
        if entity.split == "heldout":
            for attribute in entity.values:
                yield from questions(entity, attribute, "heldout")


def _of_tasks() -> Iterator[str]:
    for name, task in TASKS.items():
        if name not in _ON_PAGES:
            # The seed of ``engine.evals.verified``, so that these are the problems it draws.
            drawn = problems(task, "heldout", random.Random(f"eval:{name}"))
            for problem in islice(drawn, PROBLEMS_A_TASK):
                yield problem.question


def _normalised(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
