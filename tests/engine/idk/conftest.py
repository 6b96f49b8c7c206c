import shutil
from pathlib import Path

import pytest


@pytest.fixture
def home(pico_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own with the pico sft run in it."""
    home = tmp_path / "home"
    shutil.copytree(pico_home / "runs" / "sft-0001", home / "runs" / "sft-0001")
    monkeypatch.setenv("LLMLAB_HOME", str(home))
    return home
