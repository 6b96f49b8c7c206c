"""What probes found, as Markdown.

Names, questions and answers are anybody's text: they stand in code, inline or fenced, where nothing
of them can become Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from engine.probes.question import Question
from engine.probes.reader import ProbeReader
from engine.probes.record import OUTCOMES, Record

Figures = dict[str, Any]
HEADLINES = {
    "refusal_unseen": "refuses of the unseen",
    "refusal_head_known": "refuses of head facts that the one before answers rightly",
    "head_accuracy": "right on head",
    "head_accuracy_before": "right on head, before",
    "correct_given_attempted": "right, of what it answers",
    "hallucination_rate": "wrong, of everything asked",
    "hallucination_rate_before": "wrong, of everything asked, before",
    "refusal_stranger": "refuses of strangers to the world",
    "refusal_skills": "refuses of sums, spelling and small talk",
    "tail_auroc": "AUROC of refusing against not known before, tail",
    "tail_auroc_greedy": "the same, of the greedy answer alone",
    "refusal_unanswerable": "refuses of what nobody can answer",
    "refusal_answerable": "refuses of what can be answered",
    "accuracy_answerable": "right, of what can be answered",
}
"""Headline figures and what they say."""
EXAMPLES_EACH = 2
"""Answers shown of each group and outcome."""
MOST_EXAMPLES = 60
LONGEST = 300
"""Characters of a text that an example shows."""


def markdown(readers: Sequence[ProbeReader]) -> str:
    """The report of one or more finished probes.

    Raises:
        LabError: a probe is damaged.
    """
    return "\n".join(_lines(readers)) + "\n"


def shown(figure: object) -> str:
    """A figure for people; a dash where there is none."""
    if figure is None:
        return "-"
    return f"{figure:.3f}" if isinstance(figure, float) else str(figure)


def _lines(readers: Sequence[ProbeReader]) -> Iterator[str]:
    found = [(reader, reader.figures() or {}) for reader in readers]
    yield "# What the model knows"
    yield ""
    yield from _headlines(found)
    for reader, figures in found:
        yield from _probe(reader, figures)


def _headlines(found: Sequence[tuple[ProbeReader, Figures]]) -> Iterator[str]:
    rows = [
        [label, *(shown(figures["headline"].get(name)) for _, figures in found)]
        for name, label in HEADLINES.items()
        if any(figures["headline"].get(name) is not None for _, figures in found)
    ]
    head = [_code(figures["plan"]["checkpoint"]) for _, figures in found]
    yield from _table(["share, 0 to 1", *head], rows)


def _probe(reader: ProbeReader, figures: Figures) -> Iterator[str]:
    plan, before = figures["plan"], figures["before"]
    yield f"## {_code(reader.folder.name)}: {_code(plan['checkpoint'])}"
    yield ""
    yield (
        f"Weights {_code(str(plan['sha256'])[:12])}; {figures['answered']} of "
        f"{figures['questions']} questions; the greedy answer counts, with {plan['samples']} more "
        f"drawn at temperature {plan['temperature']}, seed {plan['seed']}."
    )
    if before is not None:
        yield (
            f"Before: {_code(plan['against'])}, weights {_code(str(plan['against_sha256'])[:12])}."
        )
    if plan.get("judge"):
        yield (
            f"Free text was judged by {_code(plan['judge'])}; {figures['unreadable']} of its "
            "verdicts could not be read, and those answers count as wrong."
        )
    yield ""
    yield "### By group"
    yield ""
    yield from _outcomes("group", figures["groups"], before and before["groups"])
    if before is None:
        yield "### By what it knows (SliCK)"
        yield ""
        yield from _outcomes("the fact is", figures["categories"], None)
    else:
        yield "### By what the one before knows (SliCK)"
        yield ""
        yield from _outcomes("the fact was", figures["known_before"], before["categories"])
    if figures["detectors"]:
        yield from _detectors(figures["detectors"])
    left_out = reader.left_out()
    if left_out:
        yield "### Not asked"
        yield ""
        yield from _fenced(left_out)
    yield from _examples(reader)


def _outcomes(name: str, now: Figures, before: Figures | None) -> Iterator[str]:
    head = [name, "n", *OUTCOMES]
    if before is not None:
        head = [name, "n", *(f"{outcome}: before → now" for outcome in OUTCOMES)]
    rows = []
    for key, shares in now.items():
        then = (before or {}).get(key, {})
        cells = [
            shown(shares[outcome])
            if before is None
            else f"{shown(then.get(outcome))} → {shown(shares[outcome])}"
            for outcome in OUTCOMES
        ]
        rows.append([_code(key) if key else "-", str(shares["n"]), *cells])
    yield from _table(head, rows)


def _detectors(detectors: Figures) -> Iterator[str]:
    yield "### Detectors"
    yield ""
    yield (
        "Do they tell right answers from wrong ones? Of attempts only: a refusal is neither. "
        "Calibrated scores are made probabilities on development people."
    )
    yield ""
    rows = [
        [
            _code(name), str(each["n"]), shown(each["auroc"]), shown(each["ece"]),
            "yes" if each["calibrated"] else "no",
        ]
        for name, each in detectors.items()
    ]  # fmt: skip
    yield from _table(["detector", "attempts", "AUROC", "ECE", "calibrated"], rows)
    rows = [
        [
            _code(name), f"{each['low']:.1f} to {each['high']:.1f}", str(each["n"]),
            shown(each["mean_score"]), shown(each["accuracy"]),
        ]
        for name, figures in detectors.items()
        for each in figures["reliability"]
    ]  # fmt: skip
    yield "### Calibration"
    yield ""
    yield from _table(["detector", "probability", "attempts", "mean", "share right"], rows)


def _examples(reader: ProbeReader) -> Iterator[str]:
    """The first answers of each group and outcome."""
    questions = {question.id: question for question in reader.questions()}
    room: dict[tuple[str, str], int] = {}
    chosen: list[tuple[Question, Record]] = []
    for record in reader.records():
        question = questions.get(record.id)
        if question is None:
            continue
        key = question.group, record.greedy.outcome
        room[key] = room.get(key, EXAMPLES_EACH) - 1
        if room[key] >= 0 and len(chosen) < MOST_EXAMPLES:
            chosen.append((question, record))
    wanted = {question.id for question, _ in chosen}
    before = {record.id: record for record in reader.before() if record.id in wanted}
    yield "### Examples"
    yield ""
    for question, record in sorted(chosen, key=lambda pair: pair[0].group):
        yield from _fenced(_example(question, record, before.get(record.id)))


def _example(question: Question, record: Record, before: Record | None) -> list[str]:
    lines = [
        f"{question.group or '-'}, {record.greedy.outcome}, {record.category}",
        f"asked   {question.text}",
        f"truth   {question.answer if question.answerable else '(nobody can know)'}",
    ]
    if before is not None:
        lines.append(f"before  {before.greedy.text}")
    lines.append(f"answer  {record.greedy.text}")
    lines += [f"sample  {sample.text}" for sample in record.samples[:2]]
    scores = ", ".join(f"{name} {score:.2f}" for name, score in record.scores.items())
    return [*lines, f"scores  {scores}"] if scores else lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "--:|" * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _fenced(lines: Iterable[str]) -> Iterator[str]:
    """Lines as code, in a fence longer than any in them."""
    clean = [_one_line(line) for line in lines]
    longest = max((len(run) for line in clean for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from clean
    yield fence
    yield ""


def _code(text: str) -> str:
    """Text as inline code, also in a table's cell."""
    clean = _one_line(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", clean)), default=0)
    if not longest:
        return f"`{clean}`"
    ticks = "`" * (longest + 1)
    return f"{ticks} {clean} {ticks}"


def _one_line(text: str) -> str:
    """One line of visible characters, cut where it goes on and on."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if len(clean) <= LONGEST else clean[:LONGEST] + "…"
