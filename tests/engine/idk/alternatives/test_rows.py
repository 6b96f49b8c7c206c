import pytest
from probed import question, record

from engine.idk.alternatives.rows import harmonic_mean, markdown, row_of
from engine.probes.record import Outcome


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(0.5, 0.5, 0.5), (1.0, 0.5, 2 / 3), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (None, 1.0, None)],
)
def test_harmonic_mean(a: float | None, b: float | None, expected: float | None) -> None:
    assert harmonic_mean(a, b) == (expected if expected is None else pytest.approx(expected))


def test_a_row_by_hand() -> None:
    groups = ["head", "head", "head", "tail", "unseen", "unseen", "stranger", "stranger"]
    questions = [
        question(n, group=group, answer=None if group == "stranger" else "x")
        for n, group in enumerate(groups)
    ]
    now: list[Outcome] = ["correct", "abstained", "wrong", "correct", "abstained", "wrong",
                          "abstained", "wrong"]  # fmt: skip
    then: list[Outcome] = ["correct", "correct", "wrong", *["wrong"] * 5]  # type: ignore[list-item]
    records, before = (
        [record(q.id, outcome) for q, outcome in zip(questions, outcomes, strict=True)]
        for outcomes in (now, then)
    )
    row = row_of(questions, records, before, way="dpo", title="D|P\nO", checkpoint="c", sha256="s")
    assert row.refused_unseen == row.refused_strangers == row.refused_known == 0.5
    assert row.right_head == pytest.approx(1 / 3)
    assert row.right == pytest.approx(2 / 6)
    assert row.right_of_attempted == pytest.approx(2 / 4)
    assert row.wrong == pytest.approx(2 / 6)
    assert row.f == pytest.approx(0.4)
    line = next(line for line in markdown([row], "heldout", 3).splitlines() if "P O" in line)
    assert line.startswith("| D\\|P O | 0.500 | 0.500 | 0.500 | 0.333 |")
    assert line.endswith("| 0.400 | 0 |")
