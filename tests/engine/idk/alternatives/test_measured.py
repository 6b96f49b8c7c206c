"""What was measured stays measured."""

from collections.abc import Sequence
from pathlib import Path

from probed import question

from engine.events import Completion
from engine.idk.alternatives.measured import Measured
from engine.probes.judges import judges_for


def said(text: str) -> Completion:
    return Completion((1,), (5, 6), text, (-0.5, -0.25), "stop")


class Counting:
    """Answers questions, and remembers which."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[Completion]:
        self.asked += texts
        return [said("I do not know.") for _ in texts]


def never() -> Counting:
    raise AssertionError("nothing is left to ask")


def test_answers_are_asked_for_once(tmp_path: Path) -> None:
    questions = [question(n) for n in range(5)]
    with judges_for(None) as judge:
        measured = Measured(tmp_path, questions, judge, print)
        answers = Counting()
        first = measured.records("way", "sha", lambda: answers)
        assert measured.records("way", "sha", never) == first
        assert [r.greedy.outcome for r in first] == ["abstained"] * 5
        assert answers.asked == [q.text for q in questions]
        # A kill in the middle of a line: that one alone is asked again.
        (file,) = tmp_path.iterdir()
        file.write_bytes(file.read_bytes()[:-7])
        answers.asked.clear()
        assert measured.records("way", "sha", lambda: answers) == first
        assert answers.asked == [questions[-1].text]
        # Other weights, another way, other questions: asked anew.
        others = [*questions[:4], question(4, text="Something else?")]
        for way, sha256, asked in (
            ("way", "another sha", questions),
            ("another way", "sha", questions),
            ("way", "sha", others),
        ):
            answers.asked.clear()
            Measured(tmp_path, asked, judge, print).records(way, sha256, lambda: answers)
            assert answers.asked == [q.text for q in asked]
