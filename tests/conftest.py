"""What all tests share: a home of their own, and pico checkpoints trained once a session."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from engine import runs
from tests.compiling_once import remembering_compiler

# Each worker, and every process that a test starts, computes on one thread: the workers share the
# processors, and two threads that meet on a busy one wait for each other at every product. Set
# before anything imports torch; a test about threads sets its own number.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples every time, and no deadline: a slow machine is not a failure.
settings.register_profile("lab", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("lab")

Making = Callable[[Path], None]
"""Fills an empty folder that the session's tests will only read."""


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own lab."""
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "home"))


def _of_all_workers(factory: pytest.TempPathFactory) -> Path:
    """A folder of this session, whatever the number of workers."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def _compiling_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Engines in new homes do not compile the same code again and again."""
    compiler = remembering_compiler(_of_all_workers(tmp_path_factory) / "compiled")
    with pytest.MonkeyPatch.context() as patch:
        if compiler is not None:
            patch.setenv("CC", str(compiler))
        yield


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Making], Path]:
    """Makes a folder once a session, whatever the number of workers: ``made_once(name, make)``.

    Whoever comes first makes it under a lock; the others wait and find it. A ``make`` that fails
    fails for each worker that tries, with its own traceback.
    """
    shared = _of_all_workers(tmp_path_factory)

    def made(name: str, make: Making) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def pico_home(made_once: Callable[[str, Making], Path]) -> Path:
    """A home with a finished pico run of each stage, ``base-0001`` and ``sft-0001``: read only."""
    return made_once("pico", _train_pico)


def _train_pico(home: Path) -> None:
    from engine.train.__main__ import train

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMLAB_HOME", str(home))
        for stage, parent in (("base", None), ("sft", "base-0001")):
            status = runs.create_run(runs.recipe(stage, "pico"), from_checkpoint=parent, name=None)
            assert train(status.name) == 0


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


@pytest.fixture(scope="session")
def pico_crawl(made_once: Callable[[str, Making], Path]) -> Path:
    """The crawl of the pico world: read only."""
    return made_once("pico-crawl", _build_pico_crawl)


def _build_pico_crawl(folder: Path) -> None:
    from engine.data.crawl.build import build

    build("pico", folder)


@pytest.fixture(scope="session")
def pico_funnel(made_once: Callable[[str, Making], Path], pico_crawl: Path) -> Path:
    """A finished run of the funnel over ``pico_crawl``: read only."""

    def make(folder: Path) -> None:
        from engine.data.funnel.planning import make_plan
        from engine.data.funnel.run import run

        run(make_plan([pico_crawl], workers=0), folder)

    return made_once("pico-funnel", make)
