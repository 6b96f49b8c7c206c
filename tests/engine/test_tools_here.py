"""The tools as this lab has them: opened cheaply, closed wholly, honest about what they lack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import paths
from engine.data.world import PICO_WORLD, UNKNOWN_EXAMPLE
from engine.errors import LabError
from engine.tools_here import OpenTools, Standing, open_tools, settings_here
from tools.python import Tier, TierError


def small() -> OpenTools:
    return open_tools(world=PICO_WORLD)


def test_opening_starts_and_writes_nothing() -> None:
    with small() as tools:
        assert tools.jail.pid is None
        assert not paths.home().exists()
        assert tools.registry.names[:3] == ("calc", "python", "search")


def test_prepared_tools_have_nothing_to_wait_for() -> None:
    with small() as tools:
        tools.prepare()
        assert tools.pocket.path.is_file()
        if tools.jail.tier is not None and tools.jail.tier is not Tier.MONTY:
            pid = tools.jail.pid
            assert pid is not None
            assert tools.jail.run("1 + 1").output == "2"
            assert tools.jail.pid == pid
    if os.path.isdir("/proc/self") and tools.jail.pid is not None:
        assert not Path(f"/proc/{tools.jail.pid}").exists()


def test_the_index_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longest, and whoever begins to write it has to stay to the end."""
    written: list[bool] = []
    with small() as tools:
        monkeypatch.setattr(
            type(tools.jail), "run", lambda *_: written.append(tools.pocket.path.is_file())
        )
        tools.prepare()
    assert written == [True]


def test_a_lab_that_cannot_write_prepares_what_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "file"))
    with small() as tools:
        tools.prepare()
        search = tools.registry.get("search")
        assert search is not None
        result = search(UNKNOWN_EXAMPLE[0])
        assert result.kind == "unavailable"
        assert "cannot be written" in result.error


def test_how_tools_stand() -> None:
    with small() as tools:
        assert tools.standing("calc") == Standing()
        assert tools.standing("search").detail == "asks pocket"
        python = tools.standing("python")
        assert python.available == (tools.jail.tier is not None)
        if tools.jail.tier is not None:
            assert python.tier == tools.jail.tier.text


def test_a_better_tier_that_is_not_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from tools.python import jail

    opened = jail.open_cell

    def no_namespaces(tier: Tier, **how: object) -> object:
        if tier is Tier.NAMESPACES:
            raise TierError("namespaces are not allowed here")
        return opened(tier, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(jail, "open_cell", no_namespaces)
    with small() as tools:
        standing = tools.standing("python")
        assert "namespaces are not allowed here" in standing.detail
        assert standing.tier != Tier.NAMESPACES.text


def test_without_any_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(tier: Tier, **how: object) -> object:
        raise TierError(f"no {tier.name.lower()}")

    monkeypatch.setattr("tools.python.jail.open_cell", nothing)
    with small() as tools:
        tools.prepare()
        standing = tools.standing("python")
        assert (standing.available, standing.tier) == (False, "")
        for tier in Tier:
            assert f"no {tier.name.lower()}" in standing.detail


def test_settings_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_SEARCH_PROVIDER", "wikipedia")
    with small() as tools:
        assert tools.standing("search").detail == "asks wikipedia"
    monkeypatch.setenv("LLMLAB_SEARCH_PROVIDER", "nope")
    with pytest.raises(LabError, match="'nope'"):
        settings_here()
    with pytest.raises(LabError, match="'nope'"):
        small()
