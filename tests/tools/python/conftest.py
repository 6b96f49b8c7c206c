"""One jail for all tests that do not kill it: a start costs as much as a hundred calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tools.python import Jail, Tier, probe


@pytest.fixture(scope="session")
def jail() -> Iterator[Jail]:
    with Jail(timeout_s=30.0) as jail:
        if jail.tier not in (Tier.NAMESPACES, Tier.LANDLOCK, Tier.MACOS):
            pytest.skip(f"no jail of ours on this machine: {jail.refused}")
        yield jail


@pytest.fixture(scope="session")
def probed() -> dict[Tier, str | None]:
    """Each tier, with the reason why this machine does not have it."""
    return dict(probe())


@pytest.fixture(params=[Tier.NAMESPACES, Tier.LANDLOCK], ids=lambda tier: tier.name.lower())
def tier(request: pytest.FixtureRequest, probed: dict[Tier, str | None]) -> Tier:
    """Each tier of ours that this machine has."""
    if refusal := probed[request.param]:
        pytest.skip(f"no {request.param.text}: {refusal}")
    return request.param
