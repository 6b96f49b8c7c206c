"""Ask a loaded checkpoint: greedy, in other contexts, and sampled; all in batches, all judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.events import Completion
from engine.local import LocalModel
from engine.probes.judges import AnswerJudge, Verdict, judge_all
from engine.probes.plan import ProbePlan
from engine.probes.prompts import CONTEXTS, Prompts
from engine.probes.question import Question
from engine.probes.record import Answer
from engine.request import Request

MAX_TOKENS = 96
"""Of one answer, as ``llmlab eval`` gives for exercises; the lab's models need a sentence."""
BIG_MODEL = 20_000_000
"""Parameters from which answers come so slowly that few questions are asked at once."""
WAVES = 4
"""Batches that the questions asked at once fill with rows: the more, the fewer places stand empty
while the last rows end, and the longer it takes until something is written down."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's answers, judged."""

    question: Question
    greedy: Answer
    contexts: tuple[Answer, ...]
    samples: tuple[Answer, ...]


class Asker:
    """Asks one checkpoint as a plan says.

    Args:
        local: the checkpoint.
        prompts: how it is asked.
        judge: says what its answers mean.
        plan: how many samples are drawn, at which temperature, from which seed.
    """

    def __init__(
        self, local: LocalModel, prompts: Prompts, judge: AnswerJudge, plan: ProbePlan
    ) -> None:
        self._local = local
        self._prompts = prompts
        self._judge = judge
        self._plan = plan

    @property
    def at_once(self) -> int:
        """Questions asked together: a bound on memory, and what an interruption may lose."""
        waves = 1 if self._local.info.n_params >= BIG_MODEL else WAVES
        rows = 1 + CONTEXTS + self._plan.samples
        return max(1, waves * self._local.generator.max_rows // rows)

    def ask(self, questions: Sequence[Question]) -> Iterator[list[Asked]]:
        """Ask all, ``at_once`` at a time and in order.

        A question's samples depend on the plan's seed and the question's id alone, not on what is
        asked beside it: asked again after an interruption, it gets the same ones.

        Raises:
            RequestError: a question does not fit the context (``Prompts.problem`` says so before).
        """
        for begin in range(0, len(questions), self.at_once):
            yield self._ask(questions[begin : begin + self.at_once])

    def _ask(self, questions: Sequence[Question]) -> list[Asked]:
        requests: list[Request] = []
        spans: list[tuple[int, int]] = []
        for question in questions:
            first = len(requests)
            requests += self._requests(question)
            spans.append((first, len(requests)))
        found = self._local.generator.generate_all(requests)
        rows = [[row for group in found[first:end] for row in group] for first, end in spans]
        asked = [
            (question, row.text.strip())
            for question, of_question in zip(questions, rows, strict=True)
            for row in of_question
        ]
        verdicts = iter(judge_all(self._judge, asked))
        return [
            self._sorted(question, [answer_of(row, next(verdicts)) for row in of_question])
            for question, of_question in zip(questions, rows, strict=True)
        ]

    def _sorted(self, question: Question, answers: Sequence[Answer]) -> Asked:
        """Answers in the order of ``_requests``."""
        n_greedy = len(answers) - self._plan.samples
        greedy, *contexts = answers[:n_greedy]
        return Asked(question, greedy, tuple(contexts), tuple(answers[n_greedy:]))

    def _requests(self, question: Question) -> list[Request]:
        """The greedy one, the other contexts, and last the samples if any are wanted."""
        first = self._prompts.first(question)
        requests = [
            self._prompts.request(ids, max_tokens=MAX_TOKENS)
            for ids in (first, *self._prompts.others(question))
        ]
        if self._plan.samples:
            requests.append(
                self._prompts.request(
                    first,
                    max_tokens=MAX_TOKENS,
                    temperature=self._plan.temperature,
                    seed=_seed(self._plan.seed, question.id),
                    n=self._plan.samples,
                )
            )
        return requests


def answer_of(row: Completion, verdict: Verdict) -> Answer:
    """What was drawn, and how it was judged."""
    return Answer(
        text=row.text.strip(),
        outcome=verdict.outcome,
        value=verdict.value,
        mean_logprob=sum(row.logprobs) / len(row.logprobs),
        min_logprob=min(row.logprobs),
        n_tokens=len(row.ids),
        unreadable=not verdict.readable,
    )


def _seed(seed: int, question_id: str) -> int:
    digest = hashlib.sha256(f"{seed}:{question_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big")
