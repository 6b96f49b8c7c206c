"""What all tests share: a home of their own, and pico checkpoints trained once a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from engine import runs

# The same examples every time, and no deadline: a slow machine is not a failure.
settings.register_profile("lab", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("lab")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own lab."""
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def pico_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a finished pico run of each stage, ``base-0001`` and ``sft-0001``: read only."""
    from engine.train.__main__ import train

    home = tmp_path_factory.mktemp("pico")
    before = os.environ.get("LLMLAB_HOME")
    os.environ["LLMLAB_HOME"] = str(home)
    try:
        for stage, parent in (("base", None), ("sft", "base-0001")):
            recipe = runs.recipe(stage, "pico")
            status = runs.create_run(recipe, from_checkpoint=parent, name=None)
            assert train(status.name) == 0
        yield home
    finally:
        if before is None:
            del os.environ["LLMLAB_HOME"]
        else:
            os.environ["LLMLAB_HOME"] = before


def _checkpoint(home: Path, run: str) -> Path:
    (folder,) = (home / "runs" / run / "checkpoints").iterdir()
    return folder


@pytest.fixture(scope="session")
def pico_base(pico_home: Path) -> Path:
    """Folder of a trained pico base checkpoint; copy it before changing anything."""
    return _checkpoint(pico_home, "base-0001")


@pytest.fixture(scope="session")
def pico_sft(pico_home: Path) -> Path:
    """Folder of a trained pico sft checkpoint; copy it before changing anything."""
    return _checkpoint(pico_home, "sft-0001")
