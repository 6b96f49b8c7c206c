"""A corpus of files on this machine: texts, a run of the funnel, or a crawl as it was found."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import background, paths
from engine.data.corpora.corpus import Progress, digest_of, in_pieces
from engine.data.corpora.plain_text import page_text
from engine.data.crawl.build import INFO_FILE, read_info
from engine.data.funnel.plan import PLAN, Plan
from engine.data.funnel.results import REPORT, output_files
from engine.data.funnel.sources import find_inputs, open_source
from engine.data.funnel.sources.html_folder import html_files
from engine.errors import DataError

_ENDS = 1 << 20
"""Bytes at both ends of a file that its fingerprint hashes: of a parquet file they hold the
statistics of the whole, of a compressed one its checksum."""


@dataclass(slots=True)
class FileCorpus:
    """The texts of some files, in order."""

    spec: str
    files: tuple[Path, ...]
    """Or folders of HTML pages."""
    world: str | None
    progress: Progress
    left_out: int = 0

    @property
    def fingerprint(self) -> str:
        """Of names, sizes, and the first and last mebibyte of each file."""
        return digest_of(list(self._traces()))

    def texts(self) -> Iterator[str]:
        """The texts of each file; what cannot be read is told and left out.

        Raises:
            DataError: there is no text in any of the files.
        """
        trouble, n_texts, self.left_out = "", 0, 0
        for path in self.files:
            for text in in_pieces(self._pages(path)):
                n_texts += 1
                yield text
            if not n_texts:
                trouble = trouble or self._trouble(path)
        if not n_texts:
            raise DataError(f"{self.spec} holds no text{trouble}. Choose another folder or file.")

    def _pages(self, path: Path) -> Iterator[str]:
        for found in open_source(path).read():
            if found.page is None:
                where = path.name if found.record is None else f"{path.name}/{found.record}"
                self.left_out += 1
                self.progress(f"left out {where}: {found.why}", 0, 0)
            elif found.page.is_text:
                yield found.page.body.decode("utf-8", "replace")
            else:
                yield page_text(found.page.body, found.page.charset)

    def _trouble(self, path: Path) -> str:
        """What is wrong with a file without texts, as the end of a sentence."""
        first = next(iter(open_source(path).read()), None)
        return f" ({path.name}: {first.why})" if first is not None and first.why else ""

    def _traces(self) -> Iterator[list[Any]]:
        for path in self.files:
            for file in html_files(path) if path.is_dir() else (path,):
                try:
                    yield [file.name, *_trace(file)]
                except OSError as error:
                    raise DataError(
                        f"{file} cannot be read: {error.strerror or error}. Check the path."
                    ) from error


def _trace(path: Path) -> tuple[int, str]:
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(_ENDS))
        if size > _ENDS:
            file.seek(max(_ENDS, size - _ENDS), os.SEEK_SET)
            digest.update(file.read(_ENDS))
    return size, digest.hexdigest()


def open_local(spec: str, progress: Progress) -> FileCorpus:
    """Resolve the name of a folder of ``paths.data_folder()``, or a path.

    Raises:
        DataError: there is none, it holds nothing to read, or it is a run that has not finished.
    """
    named = paths.data_folder() / spec
    if background.NAME.fullmatch(spec) and named.is_dir():
        return _of_folder(spec, named, progress)
    path = paths.expanded(spec).absolute()
    try:
        is_folder, exists = path.is_dir(), bool(spec) and path.exists()
    except (OSError, ValueError) as error:  # too long, or with a null
        raise DataError(f"{spec[:80]!r} cannot be looked up. Choose another name.") from error
    if is_folder and spec:
        # By its name where it has one: a checkpoint that is passed on tells it to everybody.
        is_named = path.parent == paths.data_folder() and background.NAME.fullmatch(path.name)
        return _of_folder(path.name if is_named else str(path), path, progress)
    if not exists:
        folder = paths.data_folder()
        known = [p.name for p in sorted(folder.iterdir()) if p.is_dir()] if folder.is_dir() else []
        raise DataError(
            f"There is no corpus {spec!r}. Name a file or folder, hf:ORG/NAME, or what llmlab data "
            f"has made: {', '.join(known) or 'nothing yet'}."
        )
    return FileCorpus(str(path), tuple(find_inputs([path])), None, progress)


def _of_folder(spec: str, folder: Path, progress: Progress) -> FileCorpus:
    if not (folder / PLAN).is_file():
        return FileCorpus(spec, tuple(find_inputs([folder])), _world_of(folder), progress)
    if not (folder / REPORT).is_file():
        raise DataError(
            f"The run of the funnel in {folder} has not finished. Go on with it: llmlab data run "
            f"--resume {folder.name}"
        )
    labels = Plan.read(folder).labels
    world = _world_of(folder / labels) if labels else None
    return FileCorpus(spec, tuple(output_files(folder)), world, progress)


def _world_of(folder: Path) -> str | None:
    """The preset of the pocket web that a crawl was written from; None if it is another crawl."""
    return read_info(folder).preset if (folder / INFO_FILE).is_file() else None
