"""``llmlab import``: from whatever a person names to a checkpoint with a name of its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from engine import __version__, paths
from engine.background import now
from engine.checkpoint import write_manifest
from engine.errors import CheckpointError, LabError
from engine.files import write_atomic
from engine.imports.card import card
from engine.imports.check import PICKLES, check_folder
from engine.imports.gguf_model import bring_gguf
from engine.imports.hf_folder import bring_folder
from engine.imports.hub import download
from engine.imports.progress import Progress
from engine.manifest import IMPORTED, CheckpointInfo, read_info
from engine.whole_folder import whole_folder

HUB = "hf:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def import_model(source: str, name: str | None, progress: Progress) -> CheckpointInfo:
    """Bring a model in; it is there whole or not at all.

    Args:
        source: a Hugging Face folder, a ``.gguf`` file, or ``hf:ORG/NAME``.
        name: what to call it; None takes the source's own name.
        progress: told what is being done.

    Raises:
        LabError: there is no such source, the name is taken, or the model cannot be run here; the
            sentence says which file or value is to blame.
    """
    called = _own_name(source) if name is None else name
    folder = _free_place(called, given=name is not None)
    with whole_folder(folder) as temporary:
        _bring(source, temporary, progress)
        _describe(temporary, called, source)
    return read_info(folder, called)


def remove_model(name: str) -> Path:
    """Delete an imported model; returns where it lay.

    Raises:
        CheckpointError: there is none of that name.
    """
    folder = paths.models_folder() / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise CheckpointError(
            f"There is no imported model {name!r}. llmlab checkpoints lists what there is."
        )
    hidden = folder.with_name(f".removed-{name}")
    if hidden.exists():  # of a deletion that was interrupted
        shutil.rmtree(hidden)
    folder.rename(hidden)  # gone at once for everybody, however long the deleting takes
    shutil.rmtree(hidden)
    return folder


def _bring(source: str, into: Path, progress: Progress) -> None:
    if source.startswith(HUB):
        bring_folder(download(source.removeprefix(HUB)), into, progress, link=True)
        return
    path = paths.expanded(source)
    if source and path.is_dir():
        bring_folder(path, into, progress)
    elif path.suffix in PICKLES and path.is_file():
        raise CheckpointError(
            f"{path} is a pickle, which can run programs when it is opened, so it is not read. "
            "Choose a source with model.safetensors."
        )
    elif path.is_file():
        bring_gguf(path, into, progress)
    else:
        raise CheckpointError(
            f"There is no {source!r}. Name a Hugging Face folder, a .gguf file or hf:ORG/NAME."
        )


def _own_name(source: str) -> str:
    """The last part of a source's name, made fit to be one of the lab's."""
    if source.startswith(HUB):
        last = source.removeprefix(HUB).partition("@")[0].rpartition("/")[2]
    else:
        path = paths.expanded(source).absolute()
        last = path.stem if path.suffix == ".gguf" else path.name
    return re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip(".-_")[:80]


def _free_place(name: str, *, given: bool) -> Path:
    if not _NAME.fullmatch(name):
        raise LabError(
            f"{name!r} cannot be a model's name: it needs letters, digits, dots, dashes and "
            "underscores, 80 at most, a letter or digit first. "
            f"{'Change' if given else 'Choose one with'} --name."
        )
    folder = paths.models_folder() / name
    for what, place in (("model", folder), ("run", paths.runs_folder() / name)):
        if place.exists():
            raise LabError(
                f"There is already a {what} {name!r}. Choose another name with --name"
                + (f", or remove it: llmlab import --remove {name}" if what == "model" else "")
                + "."
            )
    return folder


def _describe(folder: Path, name: str, source: str) -> None:
    """Check what has arrived as it will be read, and write card and manifest."""
    checked = check_folder(folder)
    origin = source if source.startswith(HUB) else Path(source).name
    text = card(name, origin, checked)
    write_atomic(folder / "README.md", text.encode())
    write_manifest(
        folder,
        {
            "stage": IMPORTED,
            "preset": "qwen3" if checked.config.qk_norm else "llama",
            "parent": None,
            "created": now(),
            "step": 0,
            "tokens": 0,
            "metrics": {},
            "chats": checked.dialect.chats,
            "source": origin,
            "n_params": checked.n_params,
            "max_seq_len": checked.config.max_seq_len,
            "code_version": __version__,
        },
    )
