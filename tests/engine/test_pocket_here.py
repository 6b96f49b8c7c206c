"""The pocket web's index of this lab: written once, by one, when it is first needed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine import paths
from engine.data.web import Web
from engine.data.world import NANO_WORLD, PICO_WORLD, UNKNOWN_EXAMPLE
from engine.pocket_here import PATIENCE_S, PocketHere, search_folder
from engine.tool_runner import TIMEOUT_S
from tools.search.provider import SearchCancelled, SearchUnavailable

NAME = UNKNOWN_EXAMPLE[0]


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every web that is built."""
    seen: list[object] = []
    build = Web.build

    def counted(config: object) -> Web:
        seen.append(config)
        return build(config)  # type: ignore[arg-type]

    monkeypatch.setattr(Web, "build", staticmethod(counted))
    return seen


def test_the_first_search_writes_the_index_and_says_so(builds: list[object]) -> None:
    said: list[str] = []
    pocket = PocketHere(PICO_WORLD, said.append)
    assert builds == said == []
    assert not search_folder().exists()
    hits = pocket.search(f"{NAME} occupation")
    assert any(UNKNOWN_EXAMPLE[1]["occupation"] in hit.snippet for hit in hits)
    assert all(hit.source.startswith("pocket/") for hit in hits)
    assert builds == [PICO_WORLD]
    (sentence,) = said
    assert str(pocket.path) in sentence
    assert pocket.path.parent == paths.home() / "search"
    pocket.close()
    assert pocket.search(f"{NAME} occupation") == hits
    other = PocketHere(PICO_WORLD, said.append)
    other.prepare()
    assert other.search(f"{NAME} occupation") == hits
    assert len(builds) == len(said) == 1
    for each in (pocket, other):
        each.close()


def test_another_world_has_another_index() -> None:
    assert PocketHere(PICO_WORLD).path != PocketHere(NANO_WORLD).path


def test_threads_that_search_at_once_write_it_once(builds: list[object]) -> None:
    pocket = PocketHere(PICO_WORLD)
    together = threading.Barrier(8)

    def ask(_: int) -> int:
        together.wait()
        return len(pocket.search(NAME))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(set(found)) == 1
    assert found[0] > 0
    assert builds == [PICO_WORLD]
    pocket.close()


def test_processes_that_search_at_once_write_it_once() -> None:
    code = (
        "from engine.data.world import PICO_WORLD\n"
        "from engine.pocket_here import PocketHere\n"
        "pocket = PocketHere(PICO_WORLD, lambda text: print('wrote'))\n"
        f"print(len(pocket.search({NAME!r})) > 0)\n"
        "pocket.close()\n"
        "import sys; assert 'torch' not in sys.modules"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    printed = [child.communicate()[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert sorted(word for words in printed for word in words) == ["True"] * 3 + ["wrote"]


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "file"))
    pocket = PocketHere(PICO_WORLD)
    for _ in range(2):
        with pytest.raises(SearchUnavailable, match="cannot be written"):
            pocket.search(NAME)
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "fine"))
    fine = PocketHere(PICO_WORLD)
    assert fine.search(NAME)
    fine.close()


def test_a_write_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.pocket_here as here

    ensure = here.ensure_index

    def fails(path: Path, web: Web) -> None:
        raise OSError(28, "No space left on device")

    pocket = PocketHere(PICO_WORLD)
    monkeypatch.setattr(here, "ensure_index", fails)
    with pytest.raises(SearchUnavailable, match="No space left"):
        pocket.search(NAME)
    monkeypatch.setattr(here, "ensure_index", ensure)
    assert pocket.search(NAME)
    pocket.close()


@pytest.fixture
def slow_writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PocketHere, threading.Event]]:
    """A pocket whose index another thread is writing until it is told to go on."""
    import engine.pocket_here as here

    begun, go, ensure = threading.Event(), threading.Event(), here.ensure_index

    def slowly(path: Path, web: Web) -> None:
        begun.set()
        go.wait(60)
        ensure(path, web)

    monkeypatch.setattr(here, "ensure_index", slowly)
    pocket = PocketHere(PICO_WORLD)
    writer = threading.Thread(target=pocket.prepare)
    writer.start()
    assert begun.wait(60)
    yield pocket, go
    go.set()
    writer.join()
    pocket.close()


def test_who_searches_while_it_is_written_waits(
    slow_writer: tuple[PocketHere, threading.Event],
) -> None:
    pocket, go = slow_writer
    threading.Timer(0.2, go.set).start()
    assert pocket.search(NAME)


def test_nobody_waits_for_ever(
    slow_writer: tuple[PocketHere, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    pocket, _ = slow_writer
    assert PATIENCE_S < TIMEOUT_S, "the engine would write the call off"
    monkeypatch.setattr("engine.pocket_here.PATIENCE_S", 0.1)
    with pytest.raises(SearchUnavailable, match="still being written; search again"):
        pocket.search(NAME)


def test_who_waits_can_be_cancelled(slow_writer: tuple[PocketHere, threading.Event]) -> None:
    pocket, _ = slow_writer
    cancelled = threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    with pytest.raises(SearchCancelled):
        pocket.search(NAME, cancelled)
