"""Detectors that look into the model: what it held in mind, and what it says of its own answer.

``p_ik_question`` ("I know", before answering; Kadavath et al., arXiv 2207.05221, section 5) is a
linear probe on the state at the question's end. In a small model a name there looks as familiar
known or not, so it is a poor one; it is shown because that is worth seeing.

``p_ik`` is a linear probe on the states that the answer was drawn from, each weighted with the
doubt that the model had at its token: the sum of (1 - p) x over the answer. A doubt alone does not
say enough: half the time it is between two ways to put it ("was born in", "comes from"), which is
no ignorance. A state alone does not either: that a town comes next looks the same whichever it is.
The probe learns which doubts count, and needs no word of the truth to find the value's place.

``p_true`` is ``engine.probes.ptrue``. All three are probabilities that the answer is right, as far
as there were development answers to calibrate them with. Of a refusal they say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.web import Web
from engine.local import LocalModel
from engine.probes.fitting import answer_fitting_questions
from engine.probes.hidden import Said, Seen, read
from engine.probes.linear import LinearProbe, fit_linear
from engine.probes.metrics import Platt, fit_platt
from engine.probes.prompts import Prompts
from engine.probes.ptrue import PTrue
from engine.probes.question import Question
from engine.probes.record import Answer, Record

P_IK, P_IK_QUESTION, P_TRUE = "p_ik", "p_ik_question", "p_true"
L2 = 0.03
"""Tuned on development people, where 0.003 to 0.1 are within 0.006 of each other (AUROC)."""
LEAST_OF_EACH = 20
"""Right and wrong answers below which nothing is fitted."""


@dataclass(frozen=True, slots=True)
class _Features:
    """Of N answers: fp32, one row each."""

    doubts_ND: Tensor
    question_ND: Tensor


@dataclass(frozen=True, slots=True)
class _Fitted:
    probe: LinearProbe
    platt: Platt

    def chances(self, x_ND: Tensor) -> list[float]:
        return [self.platt.apply(logit) for logit in self.probe.logits(x_ND).tolist()]


class Detectors:
    """The detectors of one loaded model; ``fit`` first, where there is something to fit on.

    Nothing is drawn by chance: the same model and questions give the same scores.

    Args:
        local: the model; nobody else may use its generator meanwhile.
        web: what it was trained on; None for an imported model.
    """

    def __init__(self, local: LocalModel, web: Web | None) -> None:
        self._local = local
        self._web = web
        self._prompts = Prompts(local.info, local.dialect, web)
        self._p_true = PTrue(local, web)
        # The last state is all about the next token, the one before still about what is known:
        # AUROC 0.919 against 0.915 on development people.
        self._layer = max(1, local.model.config.n_layers - 1)
        self._never = local.dialect.answer_rules().never if local.chats else frozenset[int]()
        self._fitted: dict[str, _Fitted] = {}
        self._p_true_platt: Platt | None = None

    def fit(self, questions: Sequence[Question], records: Sequence[Record]) -> None:
        """Fit the probes and calibrate all detectors.

        With a web the probes are fitted on answers of their own (``engine.probes.fitting``), which
        takes some 2,000 questions to the model, and calibrated on those given here. Without one,
        every other question given here is fitted on, and the rest calibrates. Refusals are left
        out. Where too few answers are right or wrong, there will be no score of that name.

        Args:
            questions: on development entities.
            records: the model's answers to them, in the same order.
        """
        given = [
            (question, record.greedy.text, record.greedy.outcome == "correct")
            for question, record in zip(questions, records, strict=True)
            if record.greedy.outcome != "abstained"
        ]
        self._calibrate_p_true(given)
        if self._web is None:
            fitted_on, calibrated_on = given[::2], given[1::2]
        else:
            answered = answer_fitting_questions(self._local, self._web, self._prompts)
            fitted_on = [(q, text, o == "correct") for q, text, o in answered if o != "abstained"]
            calibrated_on = given
        right, check_right = ([r for _, _, r in answers] for answers in (fitted_on, calibrated_on))
        if not (_enough(right) and _enough(check_right)):
            return
        x, check_x = (
            self._features([(question, text) for question, text, _ in answers])
            for answers in (fitted_on, calibrated_on)
        )
        for name, x_ND, check_ND in (
            (P_IK, x.doubts_ND, check_x.doubts_ND),
            (P_IK_QUESTION, x.question_ND, check_x.question_ND),
        ):
            probe = fit_linear(x_ND, torch.tensor(right), l2=L2)
            platt = fit_platt(probe.logits(check_ND).tolist(), check_right)
            self._fitted[name] = _Fitted(probe, platt)

    def scores(
        self, questions: Sequence[Question], greedy: Sequence[Answer]
    ) -> list[dict[str, float]]:
        """Each detector's score for each answer; one that was not fitted is left out."""
        if not questions:
            return []
        asked = [(q, answer.text) for q, answer in zip(questions, greedy, strict=True)]
        found: list[dict[str, float]] = [{} for _ in asked]
        if self._fitted:
            x = self._features(asked)
            for name, x_ND in ((P_IK, x.doubts_ND), (P_IK_QUESTION, x.question_ND)):
                for scores, chance in zip(found, self._fitted[name].chances(x_ND), strict=True):
                    scores[name] = chance
        says_right = self._p_true.scores([(q.text, text) for q, text in asked])
        for scores, raw in zip(found, says_right, strict=True):
            if raw is not None:
                platt = self._p_true_platt
                scores[P_TRUE] = raw if platt is None else platt.apply(raw)
        return found

    def _calibrate_p_true(self, given: Sequence[tuple[Question, str, bool]]) -> None:
        raw = self._p_true.scores([(question.text, text) for question, text, _ in given])
        pairs = [(p, right) for p, (_, _, right) in zip(raw, given, strict=True) if p is not None]
        if _enough([right for _, right in pairs]):
            self._p_true_platt = fit_platt([p for p, _ in pairs], [right for _, right in pairs])

    def _features(self, asked: Sequence[tuple[Question, str]]) -> _Features:
        """Read each answer once more, behind its question."""
        before = self._local.dialect.answer_prefix if self._local.chats else " "
        # Encoded again, as only its text is known; nothing is drawn behind it.
        texts = [
            Said(
                self._prompts.first(question),
                self._local.tokenizer.encode(before + text) if text else (),
            )
            for question, text in asked
        ]
        doubts, at_question = [], []
        for seen in read(self._local.model, texts, [self._layer], never=self._never):
            doubts.append(doubt(seen))
            at_question.append(seen.states[0, 0])
        return _Features(torch.stack(doubts), torch.stack(at_question))


def doubt(seen: Seen) -> Tensor:
    """``[D + 1]``: the sum of (1 - p) x over the answer's tokens, x the first layer's state and a 1
    behind it, so that plain doubt is one of the features.
    """
    x_TD = seen.states[:-1, 0]
    x_TE = torch.cat((x_TD, torch.ones(len(x_TD), 1)), dim=1)
    return -torch.expm1(seen.logprobs) @ x_TE


def _enough(right: Sequence[bool]) -> bool:
    return LEAST_OF_EACH <= sum(right) <= len(right) - LEAST_OF_EACH
