from pathlib import Path

import pytest

from engine.errors import ProbeError
from engine.manifest import find_checkpoint
from engine.probes.plan import ProbePlan, default_against


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": "web"}, "'web' is none of facts, file"),
        ({"source": "file"}, "questions"),
        ({"questions_path": "q.jsonl"}, r"q\.jsonl"),
        ({"samples": -1}, "-1 samples"),
        ({"samples": 257}, "257 samples"),
        ({"temperature": -0.1}, "temperature of -0.1"),
        ({"temperature": float("nan")}, "temperature of nan"),
        ({"temperature": float("inf")}, "temperature of inf"),
        ({"per_group": 0}, "0 questions a group"),
        ({"judge": "box:llama"}, "'box:llama' was to judge, but a web judges its own"),
        ({"split": "train"}, "'train' is none of"),
    ],
)
def test_plans_that_cannot_be_carried_out(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ProbeError, match=sentence):
        ProbePlan(checkpoint="x", **changes)  # type: ignore[arg-type]


def test_a_plan_comes_back_as_it_was() -> None:
    plan = ProbePlan(checkpoint="x", source="file", questions_path="/q", judge="box:x", against="y")
    assert ProbePlan.from_json(plan.to_json(), Path("plan.json")) == plan


def test_plans_of_before_there_were_judges_have_none() -> None:
    data = ProbePlan(checkpoint="x").to_json()
    del data["judge"]
    assert ProbePlan.from_json(data, Path("plan.json")).judge is None


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"checkpoint": "x", "surprise": 1}, {"checkpoint": "x", "samples": "many"}],
)
def test_other_files_are_no_plan(data: object) -> None:
    with pytest.raises(ProbeError, match=r"plan\.json"):
        ProbePlan.from_json(data, Path("plan.json"))


def test_a_base_model_is_no_before_of_an_assistant() -> None:
    assert default_against(find_checkpoint("nano/sft")) is None
    assert default_against(find_checkpoint("nano/base")) is None
