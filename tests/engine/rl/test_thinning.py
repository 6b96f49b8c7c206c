"""What a run keeps of its attempts: bounded, and spanning the run, whenever it was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.rl import store
from engine.rl.reader import rollout_files, rollouts_path
from engine.rl.store import write_step
from engine.rl.thinning import EVERY, MOST_BYTES, NEWEST, kept
from tests.engine.rl.toys import attempt, group

STEP_BYTES = 400_000


def lived(n_steps: int, size: int = STEP_BYTES, first: int = 1) -> list[int]:
    """What is left of a run that thins out with each of its steps."""
    on_disk: dict[int, int] = {}
    for step in range(first, first + n_steps):
        on_disk[step] = size
        on_disk = {step: on_disk[step] for step in kept(on_disk)}
        assert sum(on_disk.values()) <= max(size, MOST_BYTES)
    return sorted(on_disk)


@pytest.mark.parametrize(
    ("n", "left"),
    [
        (0, []),
        (1, [1]),
        (NEWEST, list(range(1, 51))),
        (NEWEST + 1, list(range(1, 52))),  # the first one stays
        (NEWEST + 2, [1, *range(3, 53)]),
        (75, [1, 10, 20, *range(26, 76)]),
        (1000, [1, *range(10, 951, 10), *range(951, 1001)]),
    ],
)
def test_the_newest_the_first_and_every_tenth_are_kept(n: int, left: list[int]) -> None:
    assert lived(n) == left


def test_behind_a_cold_start_the_first_is_that_of_the_attempts() -> None:
    assert lived(70, first=904) == [904, 910, 920, *range(924, 974)]


def test_a_long_run_keeps_the_roundest_within_its_bound() -> None:
    left = lived(5000)
    assert left[0] == 1
    assert left[-NEWEST:] == list(range(4951, 5001))
    older = left[1:-NEWEST]
    assert len(left) == MOST_BYTES // STEP_BYTES
    assert set(range(80, 4951, 80)) <= set(older), "it does not span the run"
    assert all(step % 40 == 0 for step in older)


@pytest.mark.parametrize("size", [2_000_000, 20_000_000, 70_000_000])
def test_of_steps_that_are_large_fewer_new_ones_are_kept(size: int) -> None:
    n = max(1, MOST_BYTES // size)
    assert lived(100, size) == list(range(101 - n, 101))


def test_what_was_interrupted_between_two_files_ends_as_the_others() -> None:
    assert kept(dict.fromkeys(range(1, 301), STEP_BYTES)) == set(lived(300))


def test_a_run_thins_out_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "rollouts"
    for step in range(1, NEWEST + 25):
        write_step(tmp_path, step, [group(attempt(), step=step)])
    other = folder / "notes.txt"
    other.write_text("a person's own")
    write_step(tmp_path, NEWEST + 25, [])
    assert list(rollout_files(tmp_path)) == [1, EVERY, 2 * EVERY, *range(26, NEWEST + 26)]
    assert other.exists()


def test_a_file_that_is_being_read_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where nobody can drop it meanwhile."""
    unlink, held = Path.unlink, rollouts_path(tmp_path, 2)

    def refuses(self: Path, missing_ok: bool = False) -> None:
        if self == held:
            raise PermissionError(13, "in use")
        unlink(self, missing_ok)

    monkeypatch.setattr(store, "kept", lambda sizes: {1, max(sizes)})
    for step in (1, 2):
        write_step(tmp_path, step, [])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuses)
        write_step(tmp_path, 3, [])
    assert list(rollout_files(tmp_path)) == [1, 2, 3]
    write_step(tmp_path, 4, [])
    assert list(rollout_files(tmp_path)) == [1, 4]
