"""Build the pocket web's crawl: WARC files, a label a page, and what it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine.data.crawl.captures import WRITERS
from engine.data.crawl.deck import deck
from engine.data.crawl.labels import LABELS_FILE, to_line
from engine.data.crawl.library import Library
from engine.data.crawl.warc import WarcShards
from engine.data.web import web_of
from engine.data.world import NANO_WORLD, PICO_WORLD, WorldConfig
from engine.errors import DataError, LabError
from engine.files import read_json, write_json
from engine.whole_folder import whole_folder

VERSION = 1
"""Of what the generator writes: a change to any page is a new version."""
INFO_FILE = "crawl.json"
STEM = "pocket"
PRESETS: dict[str, WorldConfig] = {"nano": NANO_WORLD, "pico": PICO_WORLD}
PROGRESS_EVERY = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlInfo:
    """What a crawl's folder says of itself."""

    version: int
    preset: str
    seed: int
    pages: int
    bytes: int
    """Of all bodies, before compression."""
    files: tuple[str, ...]
    labels: dict[str, int]
    """Pages of each label."""


def build(
    preset: str, folder: Path, *, on_progress: Callable[[int, int], None] | None = None
) -> CrawlInfo:
    """Write the crawl of one world to ``folder``; nothing is left of one that was stopped.

    The bytes are a function of the preset. A folder that holds this very crawl is left as it is.

    Args:
        preset: a key of ``PRESETS``.
        folder: a new or empty folder, or one with this crawl.
        on_progress: told pages done and all pages now and then; what it raises ends the build.

    Raises:
        DataError: there is no such preset, or the folder holds something else.
        LabError: the disk is full, or the folder cannot be written to.
    """
    if preset not in PRESETS:
        raise DataError(f"There is no crawl {preset!r}. Choose one of: {', '.join(PRESETS)}.")
    config = PRESETS[preset]
    if (there := _there(folder, preset, config.seed)) is not None:
        return there
    library = Library(web_of(config), config.seed)
    cards = deck(len(library), config.seed)
    found: Counter[str] = Counter()
    n_bytes = 0
    with whole_folder(folder) as temporary:
        with (
            WarcShards(temporary, STEM, config.seed) as shards,
            (temporary / LABELS_FILE).open("x", encoding="utf-8", newline="\n") as labels,
        ):
            for done, (name, number) in enumerate(cards):
                if on_progress is not None and done % PROGRESS_EVERY == 0:
                    on_progress(done, len(cards))
                capture = WRITERS[name](library, number)
                sent, label = capture.sent, capture.label
                page_id = shards.write(label.url, sent.body, sent.charset)
                labels.write(to_line(replace(label, id=page_id)))
                found[name] += 1
                n_bytes += len(sent.body)
        info = CrawlInfo(
            version=VERSION,
            preset=preset,
            seed=config.seed,
            pages=len(cards),
            bytes=n_bytes,
            files=tuple(shards.names),
            labels=dict(found),
        )
        write_json(temporary / INFO_FILE, asdict(info))
    if on_progress is not None:
        on_progress(len(cards), len(cards))
    return info


def read_info(folder: Path) -> CrawlInfo:
    """What the crawl in ``folder`` says of itself.

    Raises:
        DataError: there is no crawl, or its description is damaged.
    """
    path = folder / INFO_FILE
    try:
        value: Any = read_json(path)
        return CrawlInfo(**{**value, "files": tuple(value["files"])})
    except LabError as error:
        raise DataError(str(error)) from error
    except (TypeError, KeyError) as error:
        raise DataError(
            f"{path} does not describe a crawl ({error}). Delete {folder} and build it again."
        ) from error


def _there(folder: Path, preset: str, seed: int) -> CrawlInfo | None:
    """The crawl in ``folder`` if it is the wanted one and whole; None if there is nothing.

    Raises:
        DataError: something else is there.
    """
    if not (folder / INFO_FILE).exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DataError(f"{folder} exists and holds no crawl. Choose another folder.")
        return None
    info = read_info(folder)
    if (info.version, info.preset, info.seed) != (VERSION, preset, seed):
        raise DataError(
            f"{folder} holds another crawl (preset {info.preset}, seed {info.seed}, version "
            f"{info.version}). Delete it or choose another folder."
        )
    missing = [name for name in (*info.files, LABELS_FILE) if not (folder / name).is_file()]
    if missing:
        raise DataError(
            f"{folder} has lost {missing[0]}. Delete the folder and build the crawl again."
        )
    return info
