"""What a run of the funnel is to do: which files, which thresholds, what comes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from engine.data.funnel import rules
from engine.errors import DataError, LabError
from engine.files import read_json

Format = Literal["parquet", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
Questions = Literal["nano", "pico", "none"]
PART_PAGES = 1000
PART_BYTES = 32_000_000
PLAN = "plan.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class InputFile:
    """A file, or a folder of HTML pages, that is read."""

    name: str
    """What the ids of its pages begin with; of no two inputs the same."""
    path: str
    """Absolute, or relative to the run's folder."""
    size: int
    """Bytes; of a folder, those of all its pages."""
    modified_ns: int
    """With ``size``, how a resumed run sees that it still is the same file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListFile:
    """A blocklist of somebody's own."""

    path: str
    """Absolute."""
    sha256: str
    """Of its bytes: how a resumed run sees that it judges as it began."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A run, as ``plan.json`` keeps it.

    Raises:
        DataError: a number is out of its range.
    """

    inputs: tuple[InputFile, ...]
    thresholds: Mapping[str, float] = field(default_factory=rules.thresholds)
    workers: int = 1
    """Processes; 0 does the work in the one that calls."""
    minhash: bool = True
    questions: Questions = "nano"
    """The world whose held-out questions are taken out."""
    blocklist: ListFile | Literal["pocket", "none"] = "pocket"
    """What addresses are judged by; plans of before there was a choice have none, and mean the
    pocket web's."""
    format: Format = "parquet"
    labels: str | None = None
    """The folder with the labels of all pages, if they are known."""
    part_pages: int = PART_PAGES
    """So many pages are kept or lost at once when the run is killed."""
    part_bytes: int = PART_BYTES
    """A part ends sooner where its pages are large: it is held in memory."""

    def __post_init__(self) -> None:
        if not 0 <= self.workers <= 256:
            raise DataError(f"{self.workers} workers cannot be had. Give a number from 0 to 256.")
        if self.format not in FORMATS:
            raise DataError(f"There is no format {self.format!r}: choose {' or '.join(FORMATS)}.")
        if not isinstance(self.blocklist, ListFile) and self.blocklist not in ("pocket", "none"):
            raise DataError(f"There is no blocklist {self.blocklist!r}: give pocket or none.")
        if self.part_pages < 1 or self.part_bytes < 1:
            raise DataError("A part holds at least one page. Give a number from 1 up.")

    def to_json(self) -> dict[str, Any]:
        """As it stands in ``plan.json``."""
        return dataclasses.asdict(self)

    @classmethod
    def read(cls, folder: Path) -> Plan:
        """The plan of the run in ``folder``.

        Raises:
            DataError: it is missing or damaged.
        """
        path = folder / PLAN
        try:
            data = read_json(path)
            inputs = tuple(InputFile(**file) for file in data["inputs"])
            if isinstance(listed := data.get("blocklist", "pocket"), dict):
                listed = ListFile(**listed)
            return cls(**{**data, "inputs": inputs, "blocklist": listed})
        except DataError:
            raise
        except (LabError, KeyError, TypeError) as error:
            raise DataError(f"{path} is no plan of a funnel ({error}). Start a new run.") from error

    def path_of(self, file: InputFile, folder: Path) -> Path:
        """Where an input lies, for the run in ``folder``."""
        return folder / file.path  # an absolute one stays as it is


def names_of(paths: Sequence[Path]) -> list[str]:
    """A name for each input: that of the file, with a number behind it where two have the same."""
    taken: set[str] = set()
    names = []
    for path in paths:
        stem = plain_name(path.name)
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}~{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def plain_name(name: str) -> str:
    """A file's name as it can stand in an id: bytes that are no UTF-8 are escaped."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
