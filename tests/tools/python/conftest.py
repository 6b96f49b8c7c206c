"""One jail for all tests that do not kill it: a start costs as much as a hundred calls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tools.python import Jail, Tier, probe

# Whether a kernel has what a tier needs, asked without the jail.
LANDLOCK = """
import ctypes, os
libc = ctypes.CDLL(None)
assert os.uname().machine in ("x86_64", "aarch64") and libc.syscall(444, None, 0, 1) >= 1
"""
NAMESPACES = """
assert libc.unshare(0x7E020000) == 0
assert libc.mount(None, b"/", None, 0x44000, None) == 0
assert libc.mount(b"tmpfs", b"/proc", b"tmpfs", 0, None) == 0
"""


@pytest.fixture(scope="session")
def jail() -> Iterator[Jail]:
    with Jail(timeout_s=30.0) as jail:
        if jail.tier not in (Tier.NAMESPACES, Tier.LANDLOCK, Tier.MACOS):
            pytest.skip(f"no jail of ours on this machine: {jail.refused}")
        yield jail


@pytest.fixture(scope="session")
def probed() -> dict[Tier, str | None]:
    """Each tier, with the reason why this machine does not have it.

    A jail that is broken is refused as well: where the kernel could, that is no reason to skip.
    """
    refusals = dict(probe())
    for tier, need in ((Tier.LANDLOCK, LANDLOCK), (Tier.NAMESPACES, LANDLOCK + NAMESPACES)):
        possible = subprocess.run([sys.executable, "-c", need], stderr=subprocess.DEVNULL)
        assert possible.returncode or refusals[tier] is None
    return refusals


@pytest.fixture(params=[Tier.NAMESPACES, Tier.LANDLOCK], ids=lambda tier: tier.name.lower())
def tier(request: pytest.FixtureRequest, probed: dict[Tier, str | None]) -> Tier:
    """Each tier of ours that this machine has."""
    if refusal := probed[request.param]:
        pytest.skip(f"no {request.param.text}: {refusal}")
    return request.param
