"""When to stop: how often the model in training refuses what it should, on a development split.

People and strangers that no conversation asks about. Held-out people are not among them: they are
for measuring what ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.conversation import Turn
from engine.data.web import Web
from engine.generate import Generator
from engine.local import LocalModel
from engine.model import Transformer
from engine.probes.judges import AnswerJudge, judge_all, judges_for
from engine.probes.makers.world import STRANGER, TALK, world_questions
from engine.probes.question import Question
from engine.probes.record import Outcome
from engine.request import Request
from engine.sampling_params import SamplingParams

MAX_TOKENS = 40
UNKNOWN = ("unseen", STRANGER)
KNOWN = ("head", "torso")
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Development:
    """Asks the model in training; ``before`` is how its parent did on the same questions."""

    local: LocalModel
    judge: AnswerJudge
    questions: Sequence[Question]
    before: Sequence[Outcome]

    @staticmethod
    def of(parent: LocalModel, web: Web, per_group: int) -> Development:
        """Ask the parent ``per_group`` questions of each group."""
        questions = [
            question
            for question in world_questions(web, split="development", per_group=per_group)
            if question.group != TALK
        ]
        judge = judges_for(web)
        asked = Development(parent, judge, questions, ())
        return Development(parent, judge, questions, asked.outcomes(parent.model))

    def outcomes(self, model: Transformer) -> list[Outcome]:
        """Greedy answers of ``model``, judged, one a question."""
        dialect = self.local.dialect
        params = SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS)
        found = Generator(model, dialect.tokenizer).generate_all(
            [
                Request(
                    prompt_ids=tuple(dialect.render_chat([Turn.of("user", question.text)])),
                    params=params,
                    stop_ids=dialect.stop_ids(chat=True),
                    calls=dialect.answer_rules(),
                )
                for question in self.questions
            ]
        )
        said = [
            (question, rows[0].text.strip())
            for question, rows in zip(self.questions, found, strict=True)
        ]
        return [verdict.outcome for verdict in judge_all(self.judge, said)]

    def figures(self, model: Transformer) -> Figures:
        """Shares refused of the unknown and of what the parent answered rightly; accuracy.

        Their ``score`` is refused unknown minus refused known (Youden's J).
        """
        outcomes = self.outcomes(model)
        asked = list(zip(self.questions, self.before, outcomes, strict=True))
        unknown = [now == "abstained" for q, _, now in asked if q.group in UNKNOWN]
        known = [now == "abstained" for q, then, now in asked
                 if q.group in KNOWN and then == "correct"]  # fmt: skip
        attempted = [now == "correct" for q, _, now in asked if q.answerable and now != "abstained"]
        refused_unknown, refused_known = _share(unknown), _share(known)
        return {
            "score": refused_unknown - refused_known,
            "refused_unknown": refused_unknown,
            "refused_known": refused_known,
            "correct_given_attempted": _share(attempted),
        }


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(1, len(hits))
