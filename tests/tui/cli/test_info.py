"""``llmlab info``: how Python is contained, and who is searched with."""

from __future__ import annotations

import json

import pytest

from tools.python import Tier, TierError
from tui.cli import main


def facts(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert main(["info", "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_the_tier_and_the_provider(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_SEARCH_PROVIDER", "wikipedia")
    found = facts(capsys)
    assert found["search_tool"] == "asks wikipedia"
    assert found["python_tool"] in {"unavailable", *(tier.text for tier in Tier)}
    assert found["python_tool"] != Tier.LIMITS.text


def test_without_a_jail_it_says_why(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(tier: Tier, **how: object) -> object:
        raise TierError(f"no {tier.name} \x1b[2J")

    monkeypatch.setattr("tools.python.jail.open_cell", nothing)
    found = facts(capsys)
    assert found["python_tool"] == "unavailable"
    assert "no LANDLOCK" in str(found["python_tool_why"])
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert "no LANDLOCK" in out
    assert "\x1b" not in out
