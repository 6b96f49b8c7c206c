from pathlib import Path

import pytest

from engine.local import LocalModel


@pytest.fixture
def parent(pico_sft: Path) -> LocalModel:
    return LocalModel.load(str(pico_sft))
