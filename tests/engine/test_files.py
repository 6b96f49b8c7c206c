import errno
import os
from pathlib import Path

import pytest

from engine.errors import LabError
from engine.files import make_folder, read_json, read_jsonl, write_atomic, write_json, write_jsonl


def test_a_failed_write_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": True})

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LabError, match=r"disk is full.*a\.json"):
        write_json(path, {"new": True})
    assert read_json(path) == {"old": True}
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write")
def test_a_read_only_folder_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LabError, match="permissions"):
        write_atomic(tmp_path / "x", b"")


def test_a_line_cut_short_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": 2}\n{"a":')
    assert list(read_jsonl(path)) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_bad_json_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(LabError, match=r"x\.json"):
        read_json(path)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    with pytest.raises(LabError, match="file/c could not be written"):
        make_folder(tmp_path / "file" / "c")


def test_lines_that_were_written_are_read(tmp_path: Path) -> None:
    values = [{"text": "a\nb\u2028ü"}, [1, None], "x"]
    write_jsonl(tmp_path / "lines", values)
    assert list(read_jsonl(tmp_path / "lines")) == values
