"""Hostile programs in each tier that Linux has: none gets out, and the next call always works."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.tools.python.hostile.program import ESCAPED, Program
from tests.tools.python.hostile.run import CONTROL_SAYS, PROGRAMS, SECRET
from tools.python import Tier

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, probed: dict[Tier, str | None]
) -> dict[Tier, dict[str, Any]]:
    """What became of every program in each tier of this machine; the tiers run side by side."""
    running = {}
    for tier in (Tier.NAMESPACES, Tier.LANDLOCK):
        if probed[tier] is None:
            folder = tmp_path_factory.mktemp("hostile")
            module = "tests.tools.python.hostile.run"
            command = [sys.executable, "-B", "-m", module, str(int(tier)), str(folder)]
            running[tier] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    worlds = {}
    for tier, process in running.items():
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        worlds[tier] = json.loads(output)
    return worlds


@pytest.fixture
def world(tier: Tier, worlds: dict[Tier, dict[str, Any]]) -> dict[str, Any]:
    return worlds[tier]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_it_gets_what_it_must(program: Program, world: dict[str, Any]) -> None:
    outcome = world["outcomes"][program.name]

    assert outcome["kind"] in program.gets, outcome
    assert program.says in outcome["text"]
    assert ESCAPED not in outcome["text"]
    assert SECRET not in outcome["text"]
    assert outcome["after"] == f"ok: {CONTROL_SAYS}"


def test_nothing_was_left_or_heard(world: dict[str, Any]) -> None:
    assert world["marks"] == []
    assert world["connections"] == 0
    assert world["litter"] == []
    assert world["children_left"] == []


def test_in_a_mount_namespace_of_its_own(world: dict[str, Any]) -> None:
    if world["why_not_in_own_mounts"]:
        pytest.skip(f"ran without its own mount namespace: {world['why_not_in_own_mounts']}")


def test_there_are_enough_programs_with_names_of_their_own() -> None:
    assert len(PROGRAMS) >= 60
    assert Counter(program.name for program in PROGRAMS).most_common(1)[0][1] == 1
