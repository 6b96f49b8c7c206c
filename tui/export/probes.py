"""The contents of the Probes pane, view by view. The whole probe is ``engine.probes.report``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.probes.record import OUTCOMES
from tui.export.made import Made
from tui.export.markdown import Cell, code, fenced, inline, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.probes.question import Question
    from engine.probes.record import Record
    from tui.probes.chain import Chain, Lane
    from tui.probes.detectors import Detector
    from tui.probes.tally import Row as Tally
    from tui.probes.watch import Shown

MOST_LINES = 2000
"""Of a table to be read."""
Answered = tuple["Question", "Record | None", "Record | None"]


def of_answers(shown: Shown, lines: Sequence[int], opened: str) -> Contents | None:
    """A row is a question of the lines that are shown, with what was answered so far.

    Args:
        shown: the probe.
        lines: places in its book.
        opened: what is said of the cell under the cursor.
    """
    book = shown.book
    found = [(book.questions[n], book.records[n], book.before[n]) for n in lines]
    if not found:
        return None
    checkpoint = shown.plan.checkpoint
    blocks = Made(lambda: _told(found, opened))
    rows = Made(lambda: (_row(checkpoint, each) for each in found))
    return Contents(f"Probe {shown.listed.status.name}", blocks, rows)


def _told(found: Sequence[Answered], opened: str) -> Iterator[str]:
    yield fenced(opened)
    if len(found) > MOST_LINES:
        yield f"The first {MOST_LINES} of {len(found)}; JSONL and CSV have all of them."
    titles = ("question", "truth", "outcome", "answer", "known")
    yield table(titles, [_line(question, record) for question, record, _ in found[:MOST_LINES]])


def _line(question: Question, record: Record | None) -> Sequence[Cell]:
    if record is None:
        return question.text, question.answer, "", "", ""
    greedy = record.greedy
    return question.text, question.answer, greedy.outcome, greedy.text, record.category


def _row(checkpoint: str, answered: Answered) -> dict[str, Any]:
    question, record, before = answered
    drawn = [] if record is None else [sample.outcome for sample in record.samples]
    return {
        "checkpoint": checkpoint,
        "id": question.id,
        "group": question.group,
        "entity": question.entity,
        "exposures": question.exposures,
        "question": question.text,
        "truth": question.answer,
        "outcome": record.greedy.outcome if record else None,
        "answer": record.greedy.text if record else None,
        "known": record.category if record else None,
        **{f"samples_{outcome}": drawn.count(outcome) for outcome in OUTCOMES},
        "samples": [sample.text for sample in record.samples] if record else [],
        "scores": record.scores if record else {},
        "before_outcome": before.greedy.outcome if before else None,
        "before_answer": before.greedy.text if before else None,
    }


def of_outcomes(shown: Shown, tables: dict[str, list[Tally]]) -> Contents:
    """A row is a tier or a SliCK category with its counts, after and before."""
    blocks: list[str] = []
    rows: list[dict[str, Any]] = []
    for by, lines in tables.items():
        told: list[list[Cell]] = []
        for line in lines:
            for when, counts in (("now", line.now), ("before", line.before)):
                if counts.n:
                    told.append([line.name, when, *(counts.share(o) for o in OUTCOMES), counts.n])
                    numbers: dict[str, int] = {each: getattr(counts, each) for each in OUTCOMES}
                    rows.append({"by": by, "name": line.name, "when": when, **numbers})
        blocks += [f"## By {by}", table((by, "", *OUTCOMES, "answers"), told)]
    name = shown.listed.status.name
    return Contents(f"Outcomes of {name}", blocks, rows)


def of_detectors(shown: Shown, detectors: Sequence[Detector]) -> Contents | None:
    """A row is a point of a detector's plots."""
    if not detectors:
        return None
    rows = Made(lambda: (row for each in detectors for row in _points(each)))
    lines = [(each.name, each.auroc, each.ece, each.n) for each in detectors]
    name = shown.listed.status.name
    told = table(("detector", "AUROC", "ECE", "answers"), lines)
    return Contents(f"Detectors of {name}", (told,), rows)


def _points(detector: Detector) -> Iterator[dict[str, Any]]:
    for plot, points in (
        ("reliability", detector.reliability),
        ("risk_coverage", detector.risk_coverage),
        ("roc", detector.roc),
    ):
        yield from ({"detector": detector.key, "plot": plot, "x": x, "y": y} for x, y in points)


def of_name(chain: Chain, about: str) -> Contents:
    """A row is an answer of one checkpoint to the question that was asked."""
    blocks = [fenced(about)]
    if chain.ask is not None:
        blocks.append(f"Asked: {inline(chain.ask.question)}")
    for lane in chain.lanes:
        blocks.append(f"## {inline(lane.name)}")
        blocks += [f"{how}: {outcome}\n\n{fenced(text)}" for how, outcome, text in _said(lane)]
        blocks.append(inline(lane.message))
    if chain.found is not None:
        blocks += [
            "## Search",
            fenced(chain.found.output),
            ", ".join(map(code, chain.found.sources)),
        ]
    question = chain.ask.question if chain.ask is not None else None
    rows = tuple(
        {
            "name": chain.typed,
            "question": question,
            "checkpoint": lane.name,
            "how": how,
            "outcome": outcome,
            "text": text,
        }
        for lane in chain.lanes
        for how, outcome, text in _said(lane)
    )
    return Contents(f"One name: {chain.typed}", blocks, rows)


def _said(lane: Lane) -> Iterator[tuple[str, str, str]]:
    outcomes = lane.weighed.outcomes if lane.weighed is not None else ()
    for number, text in enumerate(lane.texts):
        outcome = outcomes[number] if number < len(outcomes) else ""
        yield "greedy" if number == 0 else "drawn", outcome or "not judged", text
