"""Ways for a test to use the command line as a user does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.remote.servers import Server, remember
from tests.engine.remote.fake_server import FakeServer, serving_in_a_thread
from tui.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """``llmlab`` with these arguments: its exit code, stdout and stderr."""

    def call(*argv: object) -> tuple[int, str, str]:
        try:
            code = main([*map(str, argv)])
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return call


@pytest.fixture
def plain_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling would take longer than all the tests of a probe."""
    monkeypatch.setenv("LLMLAB_NATIVE", "0")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A checkpoint that can be probed."""
    from probed import checkpoint  # Not for the tests of all commands: it loads torch.

    return checkpoint(tmp_path / "model")


@pytest.fixture
def box() -> Iterator[FakeServer]:
    """A server that is connected under this name."""
    with serving_in_a_thread(FakeServer()) as fake:
        remember(Server(name="box", url=fake.url))
        yield fake
