from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path

import pytest

from engine.errors import LabError
from engine.launch import ENGINE_COMMAND
from tui import settings
from tui.settings import schema
from tui.settings.catalog import Catalog
from tui.settings.engine_options import engine_command
from tui.settings.setting import Setting, SettingError
from tui.settings.store import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.toml"


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_the_defaults_hold_and_none_is_made(path: Path) -> None:
    opened = Settings(path, {})
    assert all(opened.value(each) == each.default for each in schema.SETTINGS)
    assert opened.problems == []
    assert opened.take("screen.theme", "lab-dark") is False
    opened.keep("screen.theme")
    assert not path.exists()


def test_given_wins_over_the_environment_over_the_file(path: Path) -> None:
    written(path, "[compare]\ntemperature = 0.1\ntop_p = 0.5\nseed = 'random'")
    environ = {"LLMLAB_COMPARE_TEMPERATURE": "0.2", "LLMLAB_COMPARE_TOP_P": "0.6"}
    opened = Settings(path, environ, given={"compare.temperature": "0.3"})
    assert opened.value(schema.TEMPERATURE) == 0.3
    assert opened.value(schema.TOP_P) == 0.6
    assert opened.value(schema.SEED) is None
    assert opened.value(schema.MAX_TOKENS) == 96
    origins = [opened.origin(f"compare.{key}") for key in ("temperature", "top_p", "seed", "chat")]
    assert origins == ["given", "environment", "file", "default"]
    assert opened.problems == []


def test_every_setting_survives_every_way(path: Path) -> None:
    opened = Settings(path, {})
    others = {"whole": 9, "number": 0.25, "text": '~/é "x" # y', "names": ("nano/base", "a b")}
    for each in schema.SETTINGS:
        choices = [False, True] if each.kind == "switch" else each.choices()
        other = others.get(each.kind) or next(c for c in choices if c != each.default)
        assert opened.take(each.key, other)
        opened.keep(each.key)
        assert Settings(path, {}).value(each) == other
        variable = Settings(Path("/nowhere"), {each.variable: each.text(other)})
        assert variable.value(each) == other
    assert Settings(path, {}).problems == []
    for each in schema.SETTINGS:
        assert opened.take(each.key, each.default)
    opened.keep(*(each.key for each in schema.SETTINGS))
    assert "=" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[compare]\n\ntemperature = 'hot'", ["line 3", "compare.temperature", "'hot'", "0 to 10"]),
        ("[compare]\ntemperature = nan", ["line 2", "compare.temperature"]),
        ("[compare]\ntemperature = true", ["compare.temperature"]),
        ("[compare]\nmax_tokens = 1.5", ["compare.max_tokens", "1.5"]),
        ("[compare]\nmax_tokens = 0", ["compare.max_tokens", "1 to"]),
        ("[compare]\ncolumns = 'nano/base'", ["compare.columns"]),
        ("[compare]\ncolumns = [1]", ["compare.columns"]),
        ("[compare]\ncolumns = ['nano/base']", ["compare.columns", "2 to 4 names"]),
        ("[compare]\ncolumns = ['a,b', 'c']", ["compare.columns"]),
        ("[compare]\ncompare = {a = 1}", ["no setting 'compare.compare.a'"]),
        ("compare = 3", ["no setting 'compare'"]),
        ("[screen]\ntheme = 'no such'", ["screen.theme", "'no such'", "lab-dark"]),
        ("[screen]\n\n\nthem = 'nord'", ["line 4", "screen.them", "Did you mean screen.theme?"]),
        ("[chat]\ntools = 'on'", ["chat.tools", "true or false"]),
        ("[policies]\n'x (pure)' = 'sometimes'", ["policies.x (pure)", "ask, always, never"]),
        ("[keys]\n'app.quit' = 3", ["keys.app.quit"]),
        ("[course]\nfolder = \"a\\u001bb\"", ["course.folder"]),
    ],
)  # fmt: skip
def test_a_wrong_value_costs_itself_and_is_said(path: Path, text: str, said: list[str]) -> None:
    opened = Settings(written(path, f"{text}\n[export]\nfolder = '/x'"), {})
    (problem,) = opened.problems
    assert str(path) in problem
    assert all(word in problem for word in said), problem
    assert opened.value(schema.EXPORTS) == "/x"
    assert opened.value(schema.TEMPERATURE) == 0.8


@pytest.mark.parametrize(
    "content",
    [
        b"[screen",
        b"a = ",
        b"\xff\xfe\x00",
        b"x = 1\nx = 2",
        b"[" * 3000,
        b"a" + b".a" * 5000 + b" = 1",
    ],
)
def test_a_damaged_file_is_said_and_kept(path: Path, content: bytes) -> None:
    written(path, "")
    path.write_bytes(content)
    opened = Settings(path, {})
    (problem,) = opened.problems
    assert str(path) in problem
    assert opened.value(schema.THEME) == "lab-dark"
    opened.take("screen.theme", "lab-light")
    said = opened.keep("screen.theme")
    (aside,) = path.parent.glob("*damaged*")
    assert aside.read_bytes() == content
    assert aside.name in said
    assert opened.problems == []
    assert Settings(path, {}).value(schema.THEME) == "lab-light"


def test_a_wrong_line_goes_with_the_next_choice_and_an_unknown_one_stays(path: Path) -> None:
    written(path, "[screen]\ntheme = 3\nlater = [1]\n")
    opened = Settings(path, {})
    assert len(opened.problems) == 2
    opened.take("screen.theme", "nord")
    opened.keep("screen.theme")
    assert path.read_text() == '[screen]\ntheme = "nord"\nlater = [1]\n'
    assert len(opened.problems) == 1


def test_a_mark_of_the_encoding_and_other_line_ends_are_read(path: Path) -> None:
    written(path, "")
    path.write_bytes(b"\xef\xbb\xbf[screen]\r\ntheme = 'nord'\r\n")
    assert Settings(path, {}).value(schema.THEME) == "nord"


def test_the_environment_is_checked_and_fixes_what_it_says(path: Path) -> None:
    environ = {
        "LLMLAB_COMPARE_SEED": "seven",
        "LLMLAB_COMPARE_SEEED": "1",
        "LLMLAB_SEARCH_PROVIDER": "brave",
        "LLMLAB_SEARCH_PROVIDR": "brave",
        "LLMLAB_HOME": "/x",
        "LLMLAB_HOEM": "/x",
        "LLMLAB_FOO": "1",
        "LLMLAB_ZZZ": "",
        "LLMLAB_COMPARE_TOP_P": "",
        "LLMLAB_POLICIES_PYTHON_JAILED": "never",
        "LLMLAB_KEYS": "app.quit=f10; compare.own = O,p",
        "LLMLAB_CHAT_TOOLS": "Off",
    }
    opened = Settings(path, environ)
    seed, misspelt, provider, home, foo = opened.problems
    assert foo == "The environment variable LLMLAB_FOO sets nothing. Unset it."
    assert "LLMLAB_COMPARE_SEED:" in seed
    assert "Did you mean LLMLAB_COMPARE_SEED?" in misspelt
    assert "Did you mean LLMLAB_SEARCH_PROVIDER?" in provider
    assert "Did you mean LLMLAB_HOME?" in home
    assert opened.table("keys") == {"app.quit": "f10", "compare.own": "O,p"}
    assert opened.table("policies") == {"python (jailed)": "never"}
    assert opened.value(schema.TOOLS) is False
    assert opened.take("chat.tools", False) is False
    with pytest.raises(SettingError, match="LLMLAB_CHAT_TOOLS"):
        opened.take("chat.tools", True)
    with pytest.raises(SettingError, match="LLMLAB_KEYS"):
        opened.take("keys.app.quit", "q")
    for nothing in ("app.quit", ";;", "app.quit=q;;compare.own=O"):
        (problem,) = Settings(path, {"LLMLAB_KEYS": nothing}).problems
        assert "app.quit=f10" in problem
    assert not Settings(path, {"LLMLAB_KEYS": "app.quit=f10; "}).problems


def test_every_variable_that_somebody_reads_is_known(path: Path) -> None:
    root = Path(__file__).parents[3]
    read = set()
    for folder in ("engine", "tools", "tui"):
        for file in (root / folder).rglob("*.py"):
            read |= set(re.findall(r'"(LLMLAB_[A-Z_]+[A-Z])"', file.read_text()))
    for file in (root / "tests").rglob("*.py"):
        read |= set(re.findall(r'environ\.get\("(LLMLAB_[A-Z_]+[A-Z])"', file.read_text()))
    assert {"LLMLAB_HOME", "LLMLAB_SNAPSHOTS", "LLMLAB_TAVILY_KEY"} <= read
    assert Settings(path, dict.fromkeys(read - {"LLMLAB_KEYS"}, "1")).problems == []
    docs = "".join(file.read_text() for file in (root / "docs").glob("*.md"))
    written = set(re.findall(r"\bLLMLAB_[A-Z_]+[A-Z]\b", docs)) - {"LLMLAB_KEYS"}
    assert not [p for p in Settings(path, dict.fromkeys(written, "1")).problems if "sets n" in p]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("compare.columns", ",,,"),
        ("compare.columns", "nano/base,,nano/sft"),
        ("compare.columns", "nano/base,"),
        ("compare.seed", "1_0"),
        ("compare.seed", "²"),
        ("compare.seed", "٣"),
        ("compare.seed", "9" * 5000),
        ("compare.temperature", "1_0"),
        ("compare.temperature", "nan"),
        ("compare.temperature", "infinity"),
        ("compare.temperature", "1e999"),
    ],
)
def test_what_only_looks_like_a_value_is_none(path: Path, key: str, text: str) -> None:
    variable = Catalog().setting(key).variable
    (problem,) = Settings(path, {variable: text}).problems
    assert problem.startswith(f"The environment variable {variable}: {key} is ")
    assert len(problem) < 300


def test_no_variable_is_that_of_two_settings_or_of_another_part() -> None:
    variables = [each.variable for each in schema.SETTINGS]
    assert len(set(variables)) == len(variables)
    taken = ("LLMLAB_HOME", "LLMLAB_TOKEN", "LLMLAB_NATIVE", "LLMLAB_SEARCH_", "LLMLAB_KEYS")
    assert not any(name.startswith(taken) for name in variables)


@pytest.mark.parametrize("key", ["screen.them", "nothing", "", "keyz.app.quit"])
def test_a_key_that_there_is_not_is_refused(path: Path, key: str) -> None:
    with pytest.raises(SettingError, match="There is no setting"):
        Settings(path, {}).take(key, "x")


def test_choices_of_two_at_once_are_both_kept(path: Path) -> None:
    keys = ["compare.temperature", "compare.top_p", "chat.temperature", "screen.animations"]
    openeds = [Settings(path, {}) for _ in keys]

    def choose(opened: Settings, key: str) -> None:
        opened.take(key, False if key == "screen.animations" else 0.25)
        opened.keep(key)

    threads = [
        threading.Thread(target=choose, args=pair) for pair in zip(openeds, keys, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = Settings(path, {})
    assert [last.origin(key) for key in keys] == ["file"] * 4
    assert all(opened.is_kept(key) for opened, key in zip(openeds, keys, strict=True))


def test_a_file_that_cannot_be_written_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)
    opened = Settings(path, {})
    assert len(opened.problems) == 1
    opened.take("screen.theme", "nord")
    with pytest.raises(LabError, match=r"settings\.toml"):
        opened.keep("screen.theme")
    assert opened.value(schema.THEME) == "nord"
    assert not opened.is_kept("screen.theme")


def test_what_only_a_person_can_change_is_left(path: Path) -> None:
    text = "screen = {theme = 'nord', ascii = 'on'}\n"
    opened = Settings(written(path, text), {})
    opened.take("screen.theme", "lab-light")
    with pytest.raises(SettingError, match="line 1"):
        opened.keep("screen.theme")
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("old", "theme", "policies"),
    [
        ('{"theme": "lab-light", "policies": {"calc (pure)": "never"}, "later": [1]}',
         "lab-light", {"calc (pure)": "never"}),
        ('{"theme": "no such", "policies": {"x (pure)": "always", "y (pure)": "sometimes"}}',
         "lab-dark", {"x (pure)": "always"}),
        ("{", "lab-dark", {}),
        ("[]", "lab-dark", {}),
        ('{"policies": 3}', "lab-dark", {}),
    ],
)  # fmt: skip
def test_the_old_file_is_taken_over_once(
    path: Path, old: str, theme: str, policies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(path.parent))
    before = written(path.with_name("settings.json"), old)
    opened = settings.open_settings()
    assert opened.value(schema.THEME) == theme
    assert settings.remembered_policies() == policies
    assert not before.exists()
    assert before.with_name("settings.json.old").read_text() == old
    assert opened.problems == []
    settings.remember_policies({"calc (pure)": "always", "x (pure)": "ask"})
    assert settings.open_settings().table("policies").get("x (pure)") == "ask"


@pytest.mark.skipif(os.name != "posix", reason="no named pipes")
def test_a_pipe_in_the_place_of_the_file_does_not_hang(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path)
    assert len(Settings(path, {}).problems) == 1


def test_a_home_that_cannot_be_looked_into_costs_the_settings_only(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    written(path, "[screen]\ntheme = 'nord'")
    monkeypatch.setenv("LLMLAB_HOME", str(path.parent))
    monkeypatch.setattr(os, "stat", refuse)
    opened = settings.open_settings()
    assert opened.value(schema.THEME) == "lab-dark"
    opened.take("screen.theme", "lab-light")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LabError, match="Permission denied"):
        opened.keep("screen.theme")


def test_a_number_is_shown_as_it_is() -> None:
    assert schema.TOP_P.text(0.123456789) == "0.123456789"
    assert schema.IDLE_MINUTES.text(15.0) == "15"


@pytest.mark.skipif(os.name != "posix", reason="no such folders")
def test_an_old_file_that_cannot_be_moved_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(path.parent))
    written(path.with_name("settings.json"), json.dumps({"theme": "nord"}))

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "rename", refuse)
    (problem,) = settings.open_settings().problems
    assert "settings.json" in problem
    assert settings.value(schema.THEME) == "nord"


def test_help_texts_are_sentences_and_titles_are_short() -> None:
    for each in schema.SETTINGS:
        assert each.help.endswith("."), each.key
        assert len(each.title) <= 20, each.key
        assert each.section in schema.SECTIONS, each.key
        assert each.checked(list(each.default) if each.kind == "names" else each.default) == (
            each.default
        )
    keys = [each.key for each in schema.SETTINGS]
    assert len(set(keys)) == len(keys)


def test_a_catalog_of_ones_own(path: Path) -> None:
    mine = Setting(key="mine.speed", title="speed", help="How.", default=1, kind="whole", low=0)
    opened = Settings(path, {"LLMLAB_MINE_SPEED": "7"}, catalog=Catalog([mine], []))
    assert opened.value(mine) == 7


def test_the_engine_is_started_as_the_settings_want_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(path.parent))
    assert engine_command() == ENGINE_COMMAND
    opened = settings.open_settings()
    for key, value in (("threads", 3), ("precision", "int8"), ("idle_minutes", 0.5)):
        opened.take(f"engine.{key}", value)
    options = engine_command()[len(ENGINE_COMMAND) :]
    assert options == ("--threads", "3", "--precision", "int8", "--idle-exit", "30.0")
