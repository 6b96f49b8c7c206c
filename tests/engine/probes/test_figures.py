"""Figures against cases that were counted by hand."""

import json
from dataclasses import replace

import pytest
from probed import answer, question, record

from engine.probes.detector_figures import MOST_POINTS
from engine.probes.figures import figures
from engine.probes.question import Question
from engine.probes.record import Category, Outcome, Record

C, W, A = "correct", "wrong", "abstained"


def of(group: str, outcomes: str) -> tuple[list[Question], list[Record]]:
    """A question for each letter, answered so."""
    names: dict[str, Outcome] = {"c": "correct", "w": "wrong", "a": "abstained"}
    asked = [question(i, id=f"{group}/{i}", group=group) for i in range(len(outcomes))]
    return asked, [record(q.id, names[o]) for q, o in zip(asked, outcomes, strict=True)]


def joined(*parts: tuple[list[Question], list[Record]]) -> tuple[list[Question], list[Record]]:
    return [q for asked, _ in parts for q in asked], [r for _, found in parts for r in found]


def test_groups_and_headlines_by_hand() -> None:
    questions, records = joined(
        of("head", "cccw"), of("torso", "cw"), of("tail", "caw"), of("unseen", "aaaaw"),
        of("stranger", "aaaw"), of("skills", "ccaw"), of("talk", "wwwa"),
    )  # fmt: skip
    found = figures(questions, records)
    assert found["groups"]["head"] == {"n": 4, C: 0.75, W: 0.25, A: 0.0}
    assert found["groups"]["talk"] == {"n": 4, C: None, W: None, A: 0.25}
    headline = found["headline"]
    assert headline["refusal_unseen"] == 0.8
    assert headline["head_accuracy"] == 0.75
    assert headline["refusal_stranger"] == 0.75
    assert headline["refusal_skills"] == 2 / 8
    # All tiers, and nothing else: 3 + 1 + 1 right, 1 + 1 + 1 + 1 wrong, of 14.
    assert headline["correct_given_attempted"] == pytest.approx(5 / 9)
    assert headline["hallucination_rate"] == pytest.approx(4 / 14)
    for name in ("refusal_head_known", "head_accuracy_before", "hallucination_rate_before"):
        assert headline[name] is None
    assert found["before"] is None
    assert found["known_before"] is None
    json.dumps(found, allow_nan=False)


def test_over_refusal_counts_what_the_one_before_gets_right() -> None:
    questions, now = of("head", "caawa")
    before = of("head", "cccww")[1]
    found = figures(questions, now, before)
    assert found["headline"]["refusal_head_known"] == pytest.approx(2 / 3)
    assert found["headline"]["head_accuracy_before"] == pytest.approx(0.6)
    assert found["headline"]["hallucination_rate"] == pytest.approx(0.2)
    assert found["headline"]["hallucination_rate_before"] == pytest.approx(0.4)
    assert found["before"]["groups"]["head"] == {"n": 5, C: 0.6, W: 0.4, A: 0.0}


def test_the_tail_is_decided_by_what_the_one_before_knows() -> None:
    known: list[Category] = ["highly known", "maybe known", "weakly known", "unknown"]
    questions = [question(i, id=f"t{i}", group="tail") for i in range(4)]
    before = [record(f"t{i}", category=known[i]) for i in range(4)]

    def refusing(*shares: float) -> list[Record]:
        return [
            record(
                f"t{i}",
                "abstained" if share > 0.5 else "wrong",
                samples=[answer("abstained" if k < share * 9 else "wrong") for k in range(9)],
            )
            for i, share in enumerate(shares)
        ]

    def tail(*shares: float) -> tuple[float | None, float | None]:
        headline = figures(questions, refusing(*shares), before)["headline"]
        return headline["tail_auroc"], headline["tail_auroc_greedy"]

    assert tail(0.0, 0.0, 1.0, 1.0) == (1.0, 1.0)
    assert tail(1.0, 1.0, 0.0, 0.0) == (0.0, 0.0)
    # The greedy answers say nothing, the samples all.
    assert tail(0.0, 0.1, 0.4, 0.4) == (1.0, 0.5)
    assert tail(0.0, 0.4, 0.1, 1.0)[0] == 0.75
    assert figures(questions, refusing(0, 0, 0, 0))["headline"]["tail_auroc"] is None


def test_categories_are_of_facts_only() -> None:
    asked = [
        question(1, id="a", group="head"),
        question(2, id="b", group="stranger", answer=None),
        question(3, id="c", group="skills"),
        question(4, id="d", group="head"),
    ]
    now = [
        record("a", "abstained", category="unknown"),
        record("b", "abstained", category="unknown"),
        record("c", "correct", category="highly known"),
        record("d", "correct", category="highly known"),
    ]
    before = [record(q.id, "correct", category="highly known") for q in asked]
    found = figures(asked, now, before)
    assert found["categories"]["unknown"] == {"n": 1, C: 0.0, W: 0.0, A: 1.0}
    assert found["categories"]["weakly known"] == {"n": 0, C: None, W: None, A: None}
    assert found["known_before"]["highly known"] == {"n": 2, C: 0.5, W: 0.0, A: 0.5}
    assert found["before"]["categories"]["highly known"]["n"] == 2


def test_a_file_of_questions_has_headlines_of_its_own() -> None:
    asked = [
        question(1, group="mine"), question(2, group="mine"), question(3, group="x", answer=None),
        question(4, group="x", answer=None),
    ]  # fmt: skip
    now = [record("q1", C), record("q2", A), record("q3", A), record("q4", W)]
    headline = figures(asked, now)["headline"]
    assert headline["accuracy_answerable"] == headline["refusal_answerable"] == 0.5
    assert headline["refusal_unanswerable"] == 0.5
    assert headline["correct_given_attempted"] == 0.5
    assert headline["refusal_unseen"] is None


def test_what_is_not_answered_yet_is_left_out() -> None:
    questions, records = of("head", "cw")
    found = figures(questions, records[:1])
    assert (found["questions"], found["answered"]) == (2, 1)
    assert found["groups"]["head"]["n"] == 1
    nothing = figures(questions, [])
    assert nothing["groups"] == {}
    assert nothing["detectors"] == {}
    assert set(nothing["headline"].values()) == {None}
    assert figures([], [], [])["answered"] == 0


def scored(group: str, *answers: tuple[Outcome, float]) -> tuple[list[Question], list[Record]]:
    asked = [question(i, id=f"{group}{i}", group=group) for i in range(len(answers))]
    return asked, [
        record(q.id, outcome, agreement=score, p_ik=score)
        for q, (outcome, score) in zip(asked, answers, strict=True)
    ]


def test_detectors_are_held_against_attempts_of_the_tiers() -> None:
    questions, records = joined(
        scored("head", (C, 0.9), (C, 0.4), (W, 0.5), (W, 0.1), (A, 1.0)),
        scored("skills", (W, 1.0)),
    )
    found = figures(questions, records)["detectors"]["agreement"]
    assert found["n"] == 4
    assert found["auroc"] == 0.75
    assert found["calibrated"] is False
    assert found["ece"] == found["ece_raw"] == pytest.approx((0.1 + 0.6 + 0.5 + 0.1) / 4)
    assert found["roc"][0] == (0.0, 0.0)
    assert found["risk_coverage"][-1] == (1.0, 0.5)


def test_scores_that_are_no_probabilities_are_calibrated_on_development_answers() -> None:
    questions, records = scored("head", *[(C, 0.6)] * 50, *[(W, 0.2)] * 50)
    development = scored("tail", *[(C, 0.6)] * 90, *[(W, 0.2)] * 90)[1]
    found = figures(questions, records, None, development)["detectors"]
    assert found["agreement"]["calibrated"] is True
    assert found["agreement"]["ece_raw"] == pytest.approx(0.3)
    assert found["agreement"]["ece"] < 0.03
    # The linear probe comes as a probability already.
    assert found["p_ik"]["calibrated"] is True
    assert found["p_ik"]["ece"] == found["p_ik"]["ece_raw"] == pytest.approx(0.3)
    one_sided = figures(questions, records, None, development[:90])["detectors"]["agreement"]
    assert one_sided["calibrated"] is False


def test_verdicts_that_could_not_be_read_are_counted_of_all_answers() -> None:
    babble = replace(answer("wrong"), unreadable=True)
    now = [record("q1"), record("q2", "wrong", samples=[babble, answer(), babble])]
    before = [replace(record("q1"), greedy=babble, contexts=(babble,)), record("q2")]
    asked = [question(1), question(2)]
    assert figures(asked, now)["unreadable"] == 2
    assert figures(asked, now, before)["unreadable"] == 4
    assert figures(asked, [record("q1")])["unreadable"] == 0


def test_scores_outside_0_to_1_have_an_order_but_no_calibration() -> None:
    asked, _ = scored("head", (C, 0.0), (W, 0.0))
    records = [record("head0", C, p_ik=3.0), record("head1", W, p_ik=-2.0)]
    found = figures(asked, records)["detectors"]["p_ik"]
    assert found["auroc"] == 1.0
    assert found["ece"] is None
    assert found["reliability"] == []


def test_curves_of_ten_thousand_answers_stay_small() -> None:
    asked, records = scored("head", *[(C if i % 3 else W, i / 5000) for i in range(5000)])
    found = figures(asked, records)["detectors"]["agreement"]
    assert len(found["roc"]) == len(found["risk_coverage"]) == MOST_POINTS
    assert found["roc"][-1] == (1.0, 1.0)
    assert len(json.dumps(found)) < 50_000
