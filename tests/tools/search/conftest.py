from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.search.doubles import Double, FakeTime, serving
from tests.tools.search.scripted import MakeSearch, Scripted
from tools.search.clock import Clock
from tools.search.search import Search
from tools.search.settings import SearchSettings


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doubles are on this machine; a proxy of the tester's own is not asked about them."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "DDGS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def double() -> Iterator[Double]:
    with serving() as running:
        yield running


@pytest.fixture
def fake() -> FakeTime:
    return FakeTime()


@pytest.fixture
def make(fake: FakeTime, tmp_path: Path) -> MakeSearch:
    clock = Clock(wall=lambda: fake.now, monotonic=lambda: fake.now, wait=fake.wait)

    def make(*providers: Scripted, cached: bool = False, **settings: float) -> Search:
        return Search(
            providers,
            settings=SearchSettings(provider=providers[0].name, **settings),  # type: ignore[arg-type]
            cache_path=tmp_path / "cache" / "search.sqlite" if cached else None,
            clock=clock,
            jitter=lambda: 0.5,
        )

    return make
