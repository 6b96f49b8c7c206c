"""The terminal app and everything it may import stay free of torch."""

import subprocess
import sys

import pytest

TORCH_FREE = [
    "engine.client",
    "engine.conversation",
    "engine.data.judge",
    "engine.data.web",
    "engine.errors",
    "engine.events",
    "engine.files",
    "engine.manifest",
    "engine.paths",
    "engine.protocol",
    "engine.request",
    "engine.runs",
    "engine.sampling_params",
    "engine.tokenizer",
    "engine.train.recipe",
    "tools",
    "tui.app",
    "tui.cli",
]


@pytest.mark.parametrize("module", TORCH_FREE)
def test_no_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr or f"{module} imports torch"
