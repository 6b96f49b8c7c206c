"""The same stages handed out by datatrove: the same bytes; without it, a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.data.funnel.datatrove_executor import build, run_with_datatrove
from engine.data.funnel.planning import make_plan
from engine.data.funnel.results import Results
from engine.data.funnel.run import run
from engine.errors import DataError
from tests.engine.data.funnel.sources_made import jsonl, prose


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        texts = [prose(n) for n in range(8 * number, 8 * number + 12)]  # four in two files each
        jsonl(folder / f"{number}.jsonl", texts)
    return folder


@pytest.mark.filterwarnings("default")  # of datatrove and what it stands on
def test_its_local_executor_keeps_the_same_pages(inputs: Path, tmp_path: Path) -> None:
    pytest.importorskip("datatrove")
    plan = make_plan([inputs], workers=1, part_pages=5, questions="none")
    said: list[str] = []
    report = run_with_datatrove(
        plan, tmp_path / "theirs", executor="datatrove", on_progress=lambda p: said.append(p.stage)
    )
    run(make_plan([inputs], workers=0, part_pages=5, questions="none"), tmp_path / "ours")
    tables = ("output/part-00000.parquet", "dropped/part-00000.parquet", "clusters.parquet")
    for name in tables:
        theirs, ours = (tmp_path / who / name for who in ("theirs", "ours"))
        assert theirs.read_bytes() == ours.read_bytes(), name
    assert report.rows == Results(tmp_path / "ours").report.rows
    assert said
    again = run_with_datatrove(plan, tmp_path / "theirs", executor="datatrove")
    assert again == report


@pytest.mark.parametrize("executor", ["datatrove", "datatrove:slurm", "datatrove:ray"])
def test_without_it_a_sentence_says_how_to_get_it(
    executor: str, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "datatrove"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "engine.data.funnel.datatrove_steps", raising=False)
    monkeypatch.setitem(sys.modules, "datatrove", None)
    with pytest.raises(DataError, match="pip install"):
        build(make_plan([inputs], questions="none"), tmp_path / "run", executor)


def test_slurm_needs_a_partition(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("datatrove")
    monkeypatch.delenv("LLMLAB_SLURM_PARTITION", raising=False)
    with pytest.raises(DataError, match="LLMLAB_SLURM_PARTITION"):
        build(make_plan([inputs], questions="none"), tmp_path / "run", "datatrove:slurm")
    monkeypatch.setenv("LLMLAB_SLURM_PARTITION", "cpu")
    last = build(make_plan([inputs], questions="none"), tmp_path / "run", "datatrove:slurm")
    assert (last.partition, last.tasks, last.depends.tasks) == ("cpu", 1, 3)
