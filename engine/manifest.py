"""What a checkpoint folder says of itself, read without torch.

A checkpoint is a folder: ``config.json`` and ``model.safetensors`` in Hugging Face form,
``tokenizer.json``, ``README.md`` (the model card), ``curve.jsonl`` (its training steps), and
``run.json``, the manifest, which is written last and holds size and SHA-256 of all the others.
Large imported models keep their weights in several files, with ``model.safetensors.index.json``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import CheckpointError, LabError
from engine.files import read_json

FORMAT = 1
MANIFEST = "run.json"
REQUIRED = ("config.json", "tokenizer.json")
WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
IMPORTED = "imported"
"""The stage of a model that somebody else trained."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointInfo:
    """A checkpoint as a list shows it."""

    name: str
    path: Path
    stage: str
    preset: str
    n_params: int
    max_seq_len: int
    parent: str | None
    created: str
    step: int
    tokens: int
    metrics: dict[str, float]
    shipped: bool
    chats: bool
    """Whether it was trained on conversations; a base model only continues documents."""
    sha256: str
    """Of the weights; of several files, the SHA-256 of their hashes."""
    tools: tuple[str, ...] = ()
    """Names of the tools that it has learned to call."""

    @property
    def imported(self) -> bool:
        """Whether somebody else trained it, so that it speaks a dialect of its own."""
        return self.stage == IMPORTED


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a checkpoint folder.

    Raises:
        CheckpointError: there is none, or it is damaged or of another format.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise CheckpointError(
            f"{folder} is not a whole checkpoint: {MANIFEST} is missing. Choose another folder, "
            "train again, or bring a model from elsewhere in with: llmlab import"
        )
    try:
        data = read_json(path)
    except LabError as error:
        raise CheckpointError(str(error)) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is of format {data.get('format') if isinstance(data, dict) else data!r}, "
            f"but this llmlab reads format {FORMAT}. Use the version that wrote it."
        )
    return data


def read_info(folder: Path, name: str, *, shipped: bool = False) -> CheckpointInfo:
    """Describe one checkpoint; its files are not verified (``verify`` does that)."""
    data = read_manifest(folder)
    try:
        parent = data["parent"]
        return CheckpointInfo(
            name=name,
            path=folder,
            stage=str(data["stage"]),
            # Manifests of before there were imported models leave it to the stage.
            chats=bool(data.get("chats", data["stage"] != "base")),
            tools=tuple(map(str, data.get("tools", ()))),
            preset=str(data["preset"]),
            n_params=int(data["n_params"]),
            max_seq_len=int(data["max_seq_len"]),
            parent=None if parent is None else str(parent["name"]),
            created=str(data["created"]),
            step=int(data["step"]),
            tokens=int(data["tokens"]),
            metrics={str(k): float(v) for k, v in data["metrics"].items()},
            shipped=shipped,
            sha256=_weights_hash(data["files"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(
            f"{folder / MANIFEST} lacks or garbles {error}. Restore the file or train again."
        ) from error


def weight_files(names: Iterable[str]) -> list[str]:
    """Those of a folder's files that hold weights, in order."""
    return sorted(name for name in names if name.endswith(".safetensors"))


def _weights_hash(files: dict[str, Any]) -> str:
    hashes = [str(files[name]["sha256"]) for name in weight_files(files)]
    if not hashes:
        raise KeyError(WEIGHTS)
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def verify(folder: Path) -> None:
    """Hold every file of a checkpoint against the manifest.

    Raises:
        CheckpointError: a file is missing, cut short or changed; the sentence says which.
    """
    files = read_manifest(folder).get("files")
    wanted = (*REQUIRED, WEIGHTS_INDEX if (folder / WEIGHTS_INDEX).is_file() else WEIGHTS)
    if not isinstance(files, dict) or any(name not in files for name in wanted):
        raise CheckpointError(
            f"{folder / MANIFEST} does not list {', '.join(wanted)}. Restore it or train again."
        )
    for name, expected in files.items():
        path = folder / name
        if not isinstance(expected, dict) or not {"size", "sha256"} <= expected.keys():
            raise CheckpointError(
                f"{folder / MANIFEST} garbles the entry of {name}. Restore it or train again."
            )
        try:
            size = path.stat().st_size
        except OSError as error:
            raise CheckpointError(
                f"{path} is missing. Restore the file or train the checkpoint again."
            ) from error
        if size != expected["size"]:
            raise CheckpointError(
                f"{path} has {size} bytes where {expected['size']} were written: it is cut short "
                "or was changed. Restore the file or train the checkpoint again."
            )
        if sha256_of(path) != expected["sha256"]:
            raise CheckpointError(
                f"{path} does not match the SHA-256 in {MANIFEST}: its content was changed. "
                "Restore the file or train the checkpoint again."
            )


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_checkpoints() -> list[CheckpointInfo]:
    """Shipped ones in stage order, imported ones by name, then those of runs, newest first.

    Damaged ones are left out.

    Raises:
        CheckpointError: a folder of them cannot be read.
    """
    try:
        return [info for info in _candidates() if info is not None]
    except OSError as error:
        raise CheckpointError(
            f"The checkpoints cannot be listed: {error.filename}: {error.strerror}. "
            "Check its owner and permissions."
        ) from error


def _candidates() -> list[CheckpointInfo | None]:
    from engine.train.recipe import STAGES

    found: list[CheckpointInfo | None] = []
    shipped = paths.shipped_folder()
    for preset in sorted(p for p in shipped.iterdir() if p.is_dir()) if shipped.is_dir() else []:
        order: dict[str, int] = {stage: i for i, stage in enumerate(STAGES)}
        stages = [p for p in preset.iterdir() if (p / MANIFEST).is_file()]
        stages.sort(key=lambda p: (order.get(p.name, len(order)), p.name))
        found += [_read_or_none(p, f"{preset.name}/{p.name}", shipped=True) for p in stages]
    models = paths.models_folder()
    imported = [p for p in models.iterdir() if _is_import(p)] if models.is_dir() else []
    found += [_read_or_none(p, p.name, shipped=False) for p in sorted(imported)]
    of_runs = []
    runs = paths.runs_folder()
    for run in runs.iterdir() if runs.is_dir() else []:
        newest = newest_checkpoint(run)
        if newest is not None:
            of_runs.append(_read_or_none(newest, run.name, shipped=False))
    return found + sorted(of_runs, key=lambda info: info.created if info else "", reverse=True)


def _read_or_none(folder: Path, name: str, *, shipped: bool) -> CheckpointInfo | None:
    try:
        return read_info(folder, name, shipped=shipped)
    except CheckpointError:
        return None


def _is_import(folder: Path) -> bool:
    """Whether this is an imported model, and not one that is on its way in."""
    return not folder.name.startswith(".") and (folder / MANIFEST).is_file()


def newest_checkpoint(run: Path) -> Path | None:
    """The newest whole checkpoint of a run's folder."""
    whole = [p.parent for p in run.glob(f"checkpoints/step-*/{MANIFEST}")]
    return max(whole, key=lambda p: p.name, default=None)


def find_checkpoint(name_or_folder: str) -> CheckpointInfo:
    """Resolve a shipped name (``nano/base``), an imported model's, a run's or a folder.

    Raises:
        CheckpointError: nothing of that name, or a damaged manifest.
    """
    try:
        return _find(name_or_folder)
    except (OSError, RuntimeError) as error:  # too long, not ours to read, ~ of nobody
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise CheckpointError(
            f"The checkpoint {name_or_folder[:80]!r} cannot be looked up: {reason}. "
            "Choose another name or folder."
        ) from error


def _find(name_or_folder: str) -> CheckpointInfo:
    name = name_or_folder.strip()
    folder = Path(name).expanduser()
    inside = not folder.is_absolute() and ".." not in folder.parts and folder.parts != ()
    if inside:
        shipped = paths.shipped_folder() / folder
        if (shipped / MANIFEST).is_file():
            return read_info(shipped, folder.as_posix(), shipped=True)
        model = paths.models_folder() / folder
        if len(folder.parts) == 1 and _is_import(model):
            return read_info(model, name)
        run = paths.runs_folder() / folder
        if len(folder.parts) == 1 and run.is_dir():
            newest = newest_checkpoint(run)
            if newest is None:
                raise CheckpointError(
                    f"The run {name!r} has not saved a checkpoint yet. Let it train a little "
                    "longer, or choose another."
                )
            return read_info(newest, name)
    if name and folder.is_dir():  # "" would be this folder
        return read_info(folder, str(folder.absolute()))
    known = ", ".join(info.name for info in list_checkpoints()[:8]) or "none yet"
    raise CheckpointError(
        f"There is no checkpoint {name_or_folder!r}. There are: {known}; a folder works too."
    )
