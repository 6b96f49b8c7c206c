"""``llmlab bench data``: both contenders do the same work, and a failure is a sentence."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import pytest

from engine.bench import data
from engine.errors import LabError
from tests.engine.data.funnel.sources_made import html, prose, warc


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    bodies = [html(prose(n)) for n in range(6)] + [
        html("Too short."),
        b"",
        html(prose(8).replace(".", " { .", 1)),
    ]
    return [warc(tmp_path / "a.warc.gz", bodies)]


def test_both_keep_the_same_number_of_pages(files: list[Path]) -> None:
    pytest.importorskip("datatrove")
    ours, theirs = (data._turn(name, files, full=False) for name in (data.OURS, data.THEIRS))
    assert ours["kept"] == theirs["kept"] == 6
    assert ours["seconds"] > 0
    assert theirs["seconds"] > 0


def test_a_contender_that_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="ours has failed"):
        data._turn(data.OURS, [tmp_path / "missing.warc.gz"], full=False)


def test_memory_is_measured_with_every_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a page and its copy, MinHash keeps one."""
    path = warc(tmp_path / "a.warc.gz", [html(prose(1)), html(prose(1))])
    turns = []
    turn = data._turn
    monkeypatch.setattr(data, "_turn", lambda *a, **k: turns.append(turn(*a, **k)) or turns[-1])
    assert data._memory([(path, 2)], 2, print)["peak_mb"] > 0
    assert [one["kept"] for one in turns] == [1]


@pytest.mark.parametrize("wrong", [{"n_pages": 0}, {"sizes": (5, 0)}, {"rounds": 0}])
def test_numbers_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(LabError, match="too small"):
        data.run_data_bench(print, **{"n_pages": 1, "sizes": (), "rounds": 1, **wrong})


def test_without_datatrove_there_is_nothing_to_compare_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data, "find_spec", lambda name: None if name == "datatrove" else util)
    with pytest.raises(LabError, match="pip install"):
        data.run_data_bench(print, n_pages=1, sizes=(), rounds=1)
