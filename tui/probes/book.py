"""A probe as it is looked at: its questions, what has been answered so far, and how it came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from engine.probes.makers.world import SKILLS

if TYPE_CHECKING:
    from engine.probes.question import Question
    from engine.probes.record import Outcome, Record

Kind = Literal["greedy", "wording", "sample"]
By = Literal["group", "known", "known before"]
"""What greedy answers are counted by: the question's group, or how well the checkpoint knows the
fact, or how well the one knew it that it is compared with."""
Count = tuple[By, str, bool, str]
"""By what, which one of them, whether of the checkpoint before, and the outcome."""


@dataclass(slots=True)
class Book:
    """Questions in their order; ``records`` and ``before`` have a place for each.

    ``before`` are the answers of the checkpoint that is compared with, to the same questions.
    ``counts`` are kept as records come: counting 10,000 anew would hold up the screen.
    """

    questions: Sequence[Question] = ()
    records: list[Record | None] = field(init=False)
    before: list[Record | None] = field(init=False)
    counts: Counter[Count] = field(default_factory=Counter)
    n_answered: int = 0
    compares: bool = False
    """Whether there is any answer to compare with."""
    n_wordings: int = 0
    """Most greedy answers that a question has beside the first."""
    _places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.records = [None] * len(self.questions)
        self.before = [None] * len(self.questions)
        self._places = {question.id: place for place, question in enumerate(self.questions)}

    def take(self, records: Iterable[Record], *, before: bool = False) -> list[int]:
        """Take records in; the lines that changed.

        A record of a question that is not asked is left out; one that comes again counts once, as
        it came last (a resumed probe may have written its file anew).
        """
        kept = self.before if before else self.records
        changed = []
        for record in records:
            place = self._places.get(record.id)
            if place is None or kept[place] == record:
                continue
            self.counts.subtract(self._counted(place))
            self.n_answered += kept[place] is None and not before
            kept[place] = record
            self.counts.update(self._counted(place))
            self.n_wordings = max(self.n_wordings, len(record.contexts))
            self.compares = self.compares or before
            changed.append(place)
        return changed

    def _counted(self, place: int) -> Iterator[Count]:
        """What a question's greedy answers count for.

        Only facts are known or not: what has no answer cannot be, and sums are computed.
        """
        question = self.questions[place]
        now, before = self.records[place], self.before[place]
        is_fact = question.answerable and question.group != SKILLS
        for is_before, record in ((False, now), (True, before)):
            if record is None:
                continue
            outcome = record.greedy.outcome
            yield "group", question.group, is_before, outcome
            if is_fact and now is not None:
                yield "known", now.category, is_before, outcome
            if is_fact and before is not None:
                yield "known before", before.category, is_before, outcome

    def groups(self) -> list[str]:
        """The groups in the order in which they first stand."""
        return list(dict.fromkeys(question.group for question in self.questions))

    def lines(self, *, group: str | None = None, outcome: Outcome | None = None) -> list[int]:
        """The lines of a group (None: all) whose greedy answer came out so (None: or not yet)."""
        return [
            place
            for place, (question, record) in enumerate(
                zip(self.questions, self.records, strict=True)
            )
            if group in (None, question.group)
            and (outcome is None or (record is not None and record.greedy.outcome == outcome))
        ]
