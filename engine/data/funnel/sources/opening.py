"""Which source reads a path, and which files of a folder are inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from engine.data.crawl.build import INFO_FILE
from engine.data.funnel.plan import PLAN, plain_name
from engine.data.funnel.results import OUTPUT, REPORT
from engine.data.funnel.sources.base import Source
from engine.data.funnel.sources.html_folder import HTML, HtmlFolder, files_under
from engine.data.funnel.sources.lines import JsonlSource, TextSource
from engine.data.funnel.sources.parquet import ParquetSource
from engine.data.funnel.sources.warc import WarcSource
from engine.errors import DataError

_BY_ENDING: dict[str, Callable[[Path, str], Source]] = {
    ".warc": WarcSource,
    ".warc.gz": WarcSource,
    ".jsonl": JsonlSource,
    ".jsonl.gz": JsonlSource,
    ".txt": TextSource,
    ".parquet": ParquetSource,
}
NOT_PAGES = ("labels.jsonl", "sources.txt")
"""Files that lie beside a crawl and tell about it; elsewhere they are a user's own."""


def open_source(path: Path, name: str | None = None) -> Source:
    """The source that reads ``path``.

    Args:
        name: what its pages' ids begin with (default: the file's name).

    Raises:
        DataError: it is of no kind that can be read.
    """
    name = plain_name(path.name) if name is None else name
    if path.is_dir():
        return HtmlFolder(path, name)
    make = _maker(path)
    if make is None:
        raise DataError(
            f"{path} is of no kind that the funnel reads. Give a folder of HTML pages or a file "
            f"that ends in {', '.join(_BY_ENDING)}."
        )
    return make(path, name)


def _maker(path: Path) -> Callable[[Path, str], Source] | None:
    lower = path.name.lower()
    return next((make for end, make in _BY_ENDING.items() if lower.endswith(end)), None)


def find_inputs(paths: Iterable[Path]) -> list[Path]:
    """The inputs among files and folders: of a folder its files, or itself if it holds HTML pages.

    Raises:
        DataError: a path does not exist, or nothing that can be read is there.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise DataError(f"{path} does not exist. Check the path.")
        if path.is_dir():
            inside = _inside(path)
            if not inside:
                raise DataError(
                    f"{path} holds nothing that the funnel reads: no HTML page and no file that "
                    f"ends in {', '.join(_BY_ENDING)}."
                )
            found += inside
        else:
            open_source(path)  # says what is wrong with it
            found.append(path)
    return list(dict.fromkeys(found))


def _inside(folder: Path) -> list[Path]:
    found = []
    has_html = False
    for path in files_under(folder):
        if not _holds_pages(path, folder):
            continue
        if path.suffix.lower() in HTML:
            has_html = True
        elif _maker(path) is not None:
            found.append(path)
    return [folder, *found] if has_html else found


def _holds_pages(path: Path, folder: Path) -> bool:
    """Whether a file under ``folder`` is neither about a crawl nor a by-product of a run."""
    if path.name in NOT_PAGES and (path.parent / INFO_FILE).is_file():
        return False
    inside = path.relative_to(folder).parts
    return all(
        part == OUTPUT or not _is_run(folder.joinpath(*inside[:depth]))
        for depth, part in enumerate(inside)
    )


def _is_run(folder: Path) -> bool:
    """Whether a finished run of the funnel lies there; what it dropped is no input of another."""
    return (folder / PLAN).is_file() and (folder / REPORT).is_file()
