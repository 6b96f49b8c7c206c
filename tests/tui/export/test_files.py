"""Where an export goes: names that cannot be, files that are there, disks that refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import LabError
from tui import settings
from tui.export import files
from tui.export.made import NotWantedError

ENDINGS = (".md", ".csv")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "person"))


def test_the_suggested_file_is_in_the_folder_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert files.suggested("chat", ".md").startswith("~/llmlab-exports/chat-")
    monkeypatch.setenv("LLMLAB_EXPORT_FOLDER", str(tmp_path))
    settings.open_settings()
    assert Path(files.suggested("chat", ".md")).parent == tmp_path


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "no file name"),
        ("  ", "no file name"),
        ("x.doc", "ends in '.doc'"),
        ("x", "has no ending"),
        (".md", "has no ending"),
        ("x.md.gz", "ends in '.gz'"),
        ("~nobody-of-that-name/x.md", "name of no user"),
    ],
)
def test_a_name_that_cannot_be_is_a_sentence(typed: str, words: str) -> None:
    with pytest.raises(LabError, match=words):
        files.target(typed, ENDINGS)


def test_tilde_and_capitals(tmp_path: Path) -> None:
    assert files.target(" ~/a b.MD ", ENDINGS) == tmp_path / "person" / "a b.MD"


def test_nothing_is_replaced_unasked_and_replacing_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.md"
    files.write(path, ("fi", "rst"))
    with pytest.raises(LabError, match="exists already"):
        files.write(path, ("second",))
    assert path.read_text() == "first"
    files.write(path, ("half a pair: \ud83d",), replace=True)
    assert path.read_text() == "half a pair: \\ud83d"
    assert [each.name for each in path.parent.iterdir()] == ["x.md"]


def test_a_file_whose_text_is_not_wanted_any_more_is_as_it_was(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise NotWantedError

    path = tmp_path / "x.md"
    files.write(path, ("whole",))
    with pytest.raises(NotWantedError):
        files.write(path, pieces(), replace=True)
    assert path.read_text() == "whole"
    assert [each.name for each in path.parent.iterdir()] == ["x.md"]


def test_folders_long_names_and_files_in_the_way_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "x.md").mkdir()
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "x.md", tmp_path / ("a" * 300 + ".md")):
        with pytest.raises(LabError):
            files.stands(path)
    with pytest.raises(LabError):
        files.write(tmp_path / "file" / "x.md", ("text",))


@pytest.mark.parametrize("typed", ["a\x00.md", "a\ud800.md", "a\nb.md", "\x1b[31m.md"])
def test_a_name_with_characters_that_nobody_sees_is_a_sentence(typed: str) -> None:
    with pytest.raises(LabError, match="characters that nobody can see") as raised:
        files.target(typed, ENDINGS)
    assert str(raised.value).isprintable()
