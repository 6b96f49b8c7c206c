"""``llmlab info``: how Python is contained, and who is searched with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.python import Tier, TierError
from tui.cli import main
from tui.crash import write_report


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


def test_what_a_report_of_a_fault_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-kitty")
    found = facts(capsys)
    assert str(found["terminal"]).startswith("xterm-kitty")
    assert (found["home"], found["engine"]) == (str(tmp_path), "asleep")
    assert found["last_crash"] == "none"
    report = write_report(ValueError("x"), "a test")
    assert facts(capsys)["last_crash"] == str(report)


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
