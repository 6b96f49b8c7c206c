import pytest
from probed import answer

from engine.probes.knowledge import category
from engine.probes.record import Outcome

C, W, A = "correct", "wrong", "abstained"


@pytest.mark.parametrize(
    ("greedy", "contexts", "samples", "expected"),
    [
        (C, [C, C], [C, C], "highly known"),
        (C, [C, C], [W, W], "highly known"),
        (C, [], [], "highly known"),
        (C, [C, W], [C, C], "maybe known"),
        (W, [W, C], [W, W], "maybe known"),
        (A, [C, A], [A, A], "maybe known"),
        (C, [A, A], [A, A], "maybe known"),
        (W, [W, W], [W, C], "weakly known"),
        (A, [A], [A, C], "weakly known"),
        (W, [W], [W, W], "unknown"),
        (A, [A], [A, A], "unknown"),
        (W, [], [], "unknown"),
    ],
)
def test_slick(
    greedy: Outcome, contexts: list[Outcome], samples: list[Outcome], expected: str
) -> None:
    found = category(answer(greedy), list(map(answer, contexts)), list(map(answer, samples)))
    assert found == expected
