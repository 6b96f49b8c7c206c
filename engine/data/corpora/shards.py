"""One shard of a data set onto this machine: resumed where it broke off, held against its hash."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from engine import background
from engine.data.corpora.corpus import Progress
from engine.data.corpora.hub_http import HubClient
from engine.data.corpora.hub_spec import HubSpec
from engine.errors import DataError
from engine.files import disk_error, fsync_folder
from engine.manifest import sha256_of

BROKEN_OFF = 5
"""So often a download may break off without a new byte before it is given up."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A file of a data set."""

    path: str
    """Inside the data set, with ``/``."""
    size: int
    sha256: str | None
    """None for small files, of which the hub tells none."""


def fetch(spec: HubSpec, shard: Shard, progress: Progress) -> Path:
    """Where the shard lies, after it has been fetched if need be.

    Half a file of an earlier try is gone on with. What does not have its hash is deleted and
    fetched once more.

    Args:
        spec: of the data set, with a commit.
        shard: to fetch.
        progress: told what has come; what it raises ends the download, which can be resumed.

    Raises:
        DataError: it cannot be fetched, or is damaged.
        LabError: the disk is full.
    """
    path = spec.folder / spec.revision / shard.path
    if _is_whole(path, shard):
        return path
    with background.one_at_a_time(path.parent):
        if _is_whole(path, shard):  # by another process that held the lock
            return path
        part = path.with_name(f"{path.name}.part")
        for _ in range(2):
            _download(spec, shard, part, progress)
            progress(f"checks {shard.path}", shard.size, shard.size)
            if shard.sha256 is None or sha256_of(part) == shard.sha256:
                return _in_place(part, path)
            part.unlink()
    raise DataError(
        f"{shard.path} of {spec} came twice with another SHA-256 than the hub tells, and was "
        "deleted. Check the network and HF_ENDPOINT, then try again."
    )


def _is_whole(path: Path, shard: Shard) -> bool:
    """It has its name only if its hash was right, so that its size says whether it is there."""
    return path.is_file() and path.stat().st_size == shard.size


def _download(spec: HubSpec, shard: Shard, part: Path, progress: Progress) -> None:
    """Append to ``part`` until it is as long as the shard."""
    url_path = f"datasets/{spec.repository}/resolve/{spec.revision}/{quote(shard.path)}"
    failures = 0
    with HubClient(f"hf:{spec.repository}", progress) as client:
        while (done := _size(part)) < shard.size:
            try:
                with client.open(f"{client.endpoint}/{url_path}", shard.path, start=done) as answer:
                    _append(answer, part, shard, progress)
                problem: Exception = EOFError(f"half a file, {_size(part):,} bytes")
            except httpx.HTTPError as error:
                problem = error
            failures = 0 if _size(part) > done else failures + 1
            if failures == BROKEN_OFF:
                raise client.unreachable(problem) from problem
    if done > shard.size:  # of another file than the hub has listed
        part.unlink()
        raise DataError(
            f"{shard.path} of {spec} is longer than the {shard.size:,} bytes that the hub tells. "
            "Check HF_ENDPOINT, then try again."
        )


def _append(answer: httpx.Response, part: Path, shard: Shard, progress: Progress) -> None:
    mode = "ab" if answer.status_code == httpx.codes.PARTIAL_CONTENT else "wb"
    try:
        with part.open(mode) as file:
            for data in answer.iter_raw():  # as it comes: what is waited for in full can be lost
                file.write(data)
                if file.tell() > shard.size:
                    break
                progress(f"fetches {shard.path}", file.tell(), shard.size)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise disk_error(part, error) from error


def _in_place(part: Path, path: Path) -> Path:
    os.replace(part, path)
    fsync_folder(path.parent)
    return path


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
