from pathlib import Path

import pytest
import torch
from torch import nn

from engine.train.early import BEST, EarlyStop


def params(value: float) -> dict[str, nn.Parameter]:
    return {"w": nn.Parameter(torch.full((3,), float(value)))}


def test_the_best_is_kept_over_processes_and_the_earliest_of_equals(tmp_path: Path) -> None:
    early = EarlyStop(tmp_path, patience=20)
    for step, score in ((10, 0.5), (20, 0.8), (30, 0.8), (40, 0.1)):
        early.offer(step, score, params(step))
    again = EarlyStop(tmp_path, patience=20)
    assert (again.step, again.score) == (20, 0.8)
    model = params(0)
    assert again.restore(model) == 20
    assert torch.equal(model["w"].detach(), torch.full((3,), 20.0))
    assert [again.is_over(step) for step in (39, 40)] == [False, True]


def test_without_patience_it_never_stops(tmp_path: Path) -> None:
    assert not EarlyStop(tmp_path, patience=0).is_over(10**9)


@pytest.mark.parametrize("content", [b"", b"half a file"])
def test_a_half_written_best_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / BEST).write_bytes(content)
    early = EarlyStop(tmp_path, patience=5)
    early.offer(3, -2.0, params(1))
    assert EarlyStop(tmp_path, 5).step == 3


def test_nothing_to_restore_changes_nothing(tmp_path: Path) -> None:
    model = params(7)
    assert EarlyStop(tmp_path, 5).restore(model) is None
    assert float(model["w"].detach()[0]) == 7
