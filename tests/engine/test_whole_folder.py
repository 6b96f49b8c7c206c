from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from engine.errors import CheckpointError, LabError
from engine.exporting import export_folder
from engine.manifest import find_checkpoint, read_info, verify
from engine.safetensors_writer import TensorSource, write_safetensors
from engine.weight_files import WeightFiles
from engine.whole_folder import whole_folder


def test_it_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "x"
    with whole_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert [p.name for p in target.parent.iterdir()] == ["x"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError(28, "No space left")])
def test_whatever_goes_wrong_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "x"
    target.mkdir()
    (target / "old").write_text("kept")

    def fill() -> None:
        with whole_folder(target, replace=True) as folder:
            (folder / "a").write_text("1")
            raise error

    with pytest.raises((KeyboardInterrupt, ValueError, LabError)):
        fill()
    assert [p.name for p in tmp_path.rglob("*")] == ["x", "old"]


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.whole_folder import whole_folder
with whole_folder(Path(sys.argv[1])) as folder:
    (folder / "weights").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_goes_and_what_another_fills_stays(tmp_path: Path) -> None:
    target = tmp_path / "x"
    subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    (left,) = tmp_path.iterdir()
    assert (left / "weights").is_file()
    (tmp_path / ".x.notes").mkdir()  # a name that is somebody's own
    with whole_folder(target, replace=True) as first, whole_folder(target) as second:
        assert not left.exists()
        assert first.is_dir()
        (first / "a").write_text("1")
        (second / "b").write_text("2")
    assert sorted(each.name for each in tmp_path.iterdir()) == [".x.notes", "x"]
    assert [each.name for each in target.iterdir()] == ["a"]  # the last to be done


def test_a_full_folder_and_a_file_are_kept(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "old").write_text("kept")
    (tmp_path / "file").write_text("kept")
    for name in ("x", "file"):
        with pytest.raises(LabError, match="not an empty folder"), whole_folder(tmp_path / name):
            pytest.fail("the block must not run")
    (tmp_path / "empty").mkdir()
    with whole_folder(tmp_path / "empty") as folder:
        (folder / "a").write_text("1")
    assert (tmp_path / "empty" / "a").is_file()


def source(name: str, values: torch.Tensor) -> TensorSource:
    kind = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}[values.dtype]
    bits = values.view(torch.uint16) if kind == "BF16" else values
    return TensorSource(name, kind, tuple(values.shape), lambda: bits.numpy())  # type: ignore[arg-type]


def test_what_is_written_tensor_by_tensor_is_read_by_the_library(tmp_path: Path) -> None:
    tensors = {
        "a": torch.randn(3, 5),
        "é": torch.randn(2, 2, 2).half(),
        "c": torch.randn(7).bfloat16(),
        "turned": torch.randn(4, 6).T,
    }
    written: list[int] = []
    path = tmp_path / "model.safetensors"
    write_safetensors(path, [source(name, t) for name, t in tensors.items()], written.append)
    found = safetensors.torch.load_file(path)
    assert list(written) == [60, 16, 14, 96]
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert torch.equal(found[name], tensor), name
    files = WeightFiles(tmp_path)
    assert {name: t.shape for name, t in files.items()} == {n: t.shape for n, t in tensors.items()}
    with pytest.raises(FileExistsError):
        write_safetensors(path, [], written.append)


def test_two_files_may_not_hold_one_tensor(tmp_path: Path) -> None:
    for name in ("a.safetensors", "b.safetensors"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_safetensors(tmp_path / name, [source("x", torch.ones(2))], lambda _: None)
    index = {"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match="both hold x"):
        WeightFiles(tmp_path)


def test_a_checkpoint_without_a_card_is_exported_with_one(tmp_path: Path) -> None:
    shipped = find_checkpoint("nano/sft")
    run = Path(shutil.copytree(shipped.path, tmp_path / "run"))
    (run / "README.md").unlink()
    manifest = json.loads((run / "run.json").read_text())
    del manifest["files"]["README.md"]
    (run / "run.json").write_text(json.dumps(manifest))
    info = read_info(run, "sft-0001")
    export_folder(info, tmp_path / "out")
    verify(tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "# sft-0001" in card
    assert f"{info.n_params:,}" in card


def test_an_export_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(LabError, match="disk is full"):
        export_folder(find_checkpoint("nano/base"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_numbers_come_as_announced(tmp_path: Path) -> None:
    wrong = TensorSource("x", "F32", (2,), lambda: np.zeros(3, dtype=np.float32))
    with pytest.raises(AssertionError, match="x is not as announced"):
        write_safetensors(tmp_path / "x", [wrong], lambda _: None)
