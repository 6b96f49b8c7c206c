from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.engine.remote.fake_server import (
    FakeServer,
    serving,
)


@pytest.fixture
async def fake() -> AsyncIterator[FakeServer]:
    async with serving(FakeServer()) as server:
        yield server
