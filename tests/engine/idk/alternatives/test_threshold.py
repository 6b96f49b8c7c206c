import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probed import record

from engine.idk.alternatives.threshold import best_threshold, refusing_below
from engine.probes.agreement import confidence
from engine.probes.record import Outcome, Record


def scored(pairs: Sequence[tuple[float, Outcome]]) -> list[Record]:
    made = [record(f"q{number}", outcome) for number, (_, outcome) in enumerate(pairs)]
    return [
        replace(
            each,
            greedy=replace(each.greedy, mean_logprob=math.log(score), min_logprob=math.log(score)),
        )
        for each, (score, _) in zip(made, pairs, strict=True)
    ]


@pytest.mark.parametrize(
    ("pairs", "threshold"),
    [
        ([(0.9, "correct"), (0.8, "correct"), (0.4, "wrong"), (0.2, "wrong")], 0.6),
        ([(0.9, "correct"), (0.5, "wrong"), (0.4, "correct"), (0.2, "wrong")], 0.3),
        ([(0.9, "correct"), (0.8, "correct")], 0.0),
        ([(0.9, "wrong"), (0.8, "wrong")], 0.0),
        ([(0.9, "wrong"), (0.2, "correct")], 0.0),
        ([(0.5, "correct"), (0.5, "wrong")], 0.0),
        ([(0.9, "correct"), (0.7, "abstained"), (0.3, "wrong")], 0.6),
        ([], 0.0),
    ],
)
def test_the_threshold_parts_right_from_wrong(
    pairs: list[tuple[float, Outcome]], threshold: float
) -> None:
    assert best_threshold(scored(pairs)) == pytest.approx(threshold)


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from(["correct", "wrong"])), min_size=2, max_size=12
    )
)
def test_no_other_threshold_has_a_larger_j(pairs: list[tuple[int, Outcome]]) -> None:
    records = scored([(score / 10, outcome) for score, outcome in pairs])
    right = [confidence(r.greedy) for r in records if r.greedy.outcome == "correct"]
    wrong = [confidence(r.greedy) for r in records if r.greedy.outcome == "wrong"]
    if not right or not wrong:
        return

    def youden(threshold: float) -> float:
        kept = [sum(score >= threshold for score in some) / len(some) for some in (right, wrong)]
        return kept[0] - kept[1]

    best = max(youden(n / 20) for n in range(1, 20))
    assert youden(best_threshold(records)) == pytest.approx(max(0.0, best))


def test_what_is_less_sure_counts_as_refused_and_nothing_else_changes() -> None:
    records = scored([(0.9, "correct"), (0.6, "wrong"), (0.5, "wrong"), (0.2, "correct")])
    refused = refusing_below(records, 0.55)
    assert [r.greedy.outcome for r in refused] == ["correct", "wrong", "abstained", "abstained"]
    assert [r.greedy.text for r in refused] == [r.greedy.text for r in records]
    assert records[2].greedy.outcome == "wrong"
