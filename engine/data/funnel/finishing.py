"""The funnel's last rules, for the pages of a part: duplicates, addresses, held-out questions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.data.funnel.clustering import Link, read_links
from engine.data.funnel.decontamination import Decontaminator, held_out_questions
from engine.data.funnel.document import DROPPED_CHARS, EVIDENCE_CHARS, Drop
from engine.data.funnel.parts import FOUND, PartName, dropped_row
from engine.data.funnel.pii import mask
from engine.data.funnel.plan import Plan, Questions
from engine.data.funnel.tables import DROPPED, read_rows, write_rows
from engine.errors import DataError, LabError
from engine.files import read_json, write_json

DUPLICATE = "minhash.duplicate"
QUESTION = "decontamination.question"


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishedInfo:
    """What the last rules have done to a part."""

    kept: int
    text_bytes: int
    words: int
    cut_lines: int
    """That C4 has cut out of the pages that stay."""
    emails: int
    ips: int
    masked_pages: int
    dropped: Mapping[str, tuple[int, int]]
    """Rule to pages and their bytes as they were found."""

    @classmethod
    def read(cls, folder: Path, name: PartName) -> FinishedInfo | None:
        """Of a part that is finished; None where it is not.

        Raises:
            DataError: what says so is damaged.
        """
        path = name.path(folder, "final.json")
        if not path.exists():
            return None
        try:
            data = read_json(path)
            dropped = {rule: (n, size) for rule, (n, size) in data["dropped"].items()}
            return cls(**{**data, "dropped": dropped})
        except (LabError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path} is damaged ({error}). Delete it and resume: the part is done again."
            ) from error


class Finishing:
    """Takes parts through the last rules; holds the held-out questions.

    Args:
        plan: of the run.
        folder: of the run.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._folder = folder
        self._decontaminator = _decontaminator(plan.questions)

    def finish(self, part: PartName) -> FinishedInfo:
        """Finish a part that is judged and whose pages are clustered, and write it down.

        Raises:
            DataError: the part is damaged.
            LabError: the disk is full.
        """
        links = read_links(self._folder, part)
        kept, dropped = [], []
        removed: dict[str, tuple[int, int]] = {}
        emails = ips = masked_pages = 0
        for number, row in enumerate(read_rows(part.path(self._folder, "kept.parquet"))):
            drop = self._duplicate(row, links.get(number))
            if drop is None:
                masked = mask(row["text"])
                drop = self._leak(row, masked.text)
            if drop is not None:
                pages, size = removed.get(drop.rule, (0, 0))
                removed[drop.rule] = (pages + 1, size + row["n_bytes"])
                dropped.append(dropped_row(drop, row["n_bytes"]))
                continue
            emails += masked.emails
            ips += masked.ips
            masked_pages += bool(masked.emails or masked.ips)
            kept.append({**row, "text": masked.text})
        write_rows(part.path(self._folder, "final.parquet"), FOUND, kept)
        write_rows(part.path(self._folder, "late.parquet"), DROPPED, dropped)
        info = FinishedInfo(
            kept=len(kept),
            text_bytes=sum(len(row["text"].encode()) for row in kept),
            words=sum(len(row["text"].split()) for row in kept),
            cut_lines=sum(row["cut_lines"] for row in kept),
            emails=emails,
            ips=ips,
            masked_pages=masked_pages,
            dropped=removed,
        )
        write_json(part.path(self._folder, "final.json"), dataclasses.asdict(info))
        return info

    def _duplicate(self, row: Mapping[str, str], link: Link | None) -> Drop | None:
        if link is None:
            return None
        return Drop(
            id=row["id"],
            url=row["url"],
            rule=DUPLICATE,
            value=link.similarity,
            threshold=None,
            evidence=f"{link.id} {link.url}"[:EVIDENCE_CHARS],
            text=row["text"][:DROPPED_CHARS],
        )

    def _leak(self, row: Mapping[str, str], text: str) -> Drop | None:
        question = self._decontaminator.find(text)
        if question is None:
            return None
        return Drop(
            id=row["id"],
            url=row["url"],
            rule=QUESTION,
            value=question,
            threshold=None,
            evidence=question[:EVIDENCE_CHARS],
            text=text[:DROPPED_CHARS],
        )


@lru_cache(maxsize=1)
def _decontaminator(questions: Questions) -> Decontaminator:
    """Of the world of that name; it takes a second to make."""
    from engine.data.world import NANO_WORLD, PICO_WORLD, World

    if questions == "none":
        return Decontaminator(())
    config = NANO_WORLD if questions == "nano" else PICO_WORLD
    return Decontaminator(held_out_questions(World.build(config)))
