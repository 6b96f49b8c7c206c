from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.cli.main import main
from tui.settings import schema


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    return tmp_path / "settings.toml"


def test_a_value_is_set_listed_and_reset(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "set", "compare.columns", "nano/base, nano/idk"]) == 0
    assert main(["settings", "set", "keys.app.quit", "f10"]) == 0
    assert "from now on" in capsys.readouterr().err
    assert main(["settings", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["path"] == str(path)
    assert listed["settings"]["compare.columns"] == {
        "value": ["nano/base", "nano/idk"], "default": [], "from": "file", "variable": None,
    }  # fmt: skip
    assert listed["settings"]["keys.app.quit"]["value"] == "f10"
    assert len(listed["settings"]) == len(schema.SETTINGS) + 1
    assert main(["settings", "reset", "compare.columns", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"key": "compare.columns", "value": []}
    assert "columns" not in path.read_text()


def test_the_list_is_aligned_and_says_who(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_COMPARE_SEED", "random")
    path.write_text("[screen]\ntheme = 'nord'\nthem = 1\n")
    assert main(["settings"]) == 0
    out, err = capsys.readouterr()
    lines = {line.split("  ")[0]: line.split() for line in out.split("\n")}
    assert lines["screen.theme"][1:] == ["nord", "file"]
    assert lines["compare.seed"][1:] == ["random", "LLMLAB_COMPARE_SEED"]
    assert "line 3" in err
    assert "Did you mean screen.theme?" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set", "compare.temperature", "hot"], "'hot'"),
        (["set", "compare.temperature", "nan"], "0 to 10"),
        (["set", "compare.max_tokens", "9" * 5000], "compare.max_tokens"),
        (["set", "compare.temprature", "1"], "compare.temperature?"),
        (["set", "screen.theme", "\x1b[31m"], "screen.theme"),
        (["set", "policies.x (pure)", "maybe"], "ask, always, never"),
        (["set", "compare.columns", ",,,"], "2 to 4 names"),
        (["set", "compare.seed", "1_0"], "'1_0'"),
        (["set", "keys.app.quit", "ctrl+i"], "the same as tab"),
        (["set", "keys.app.quitt", "f10"], "app.quit"),
        (["reset", "nothing.at.all"], "There is no setting"),
    ],
)
def test_mistakes_are_sentences(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["settings", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "\x1b" not in err
    assert not path.exists()


def test_a_fixed_one_is_refused(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_CHAT_TOOLS", "off")
    assert main(["settings", "set", "chat.tools", "on"]) == 2
    assert "LLMLAB_CHAT_TOOLS" in capsys.readouterr().err


def test_the_path_is_said(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "path"]) == 0
    assert capsys.readouterr().out == f"{path}\n"
