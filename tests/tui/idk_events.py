"""What a run of the stage idk tells: five tables, then a training with a development split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.bench.scripted import training_events

TOTAL = 6000
CATEGORIES = ["highly known", "maybe known", "weakly known", "unknown"]


def table(number: int, name: str, columns: list[str], rows: Any, **values: Any) -> dict[str, Any]:
    return {
        "type": "table", "step": 0, "number": number, "name": name, "columns": columns,
        "rows": rows, "done": TOTAL, "total": TOTAL, "elapsed_s": 0.0, **values,
    }  # fmt: skip


def asked(done: int, *answers: str, **values: Any) -> dict[str, Any]:
    """The third table, ``done`` questions in at a hundred a second."""
    said = answers or ("Mira Veklon comes from Dunbury.", "Orson Kovats comes from Ravenford.")
    judged = ("correct", "wrong", "abstained")
    rows = [
        [f"tail/{text[:11]}/birthplace", text, outcome, f"{6 - 3 * i}/7"]
        for i, (text, outcome) in enumerate(zip(said, judged, strict=False))
    ]
    columns = ["fact", "greedy answer", "judged", "right"]
    return table(3, "answers", columns, rows, **{"done": done, "elapsed_s": done / 100, **values})


def asking(done: int = 2400) -> Iterator[dict[str, Any]]:
    """Events up to the middle of the third step."""
    page = "Mira Veklon\nMira Veklon was a clockmaker who came from Dunbury and lived in Pinewick."
    yield {"type": "state", "state": "running", "step": 0, "message": "Finding out."}
    yield table(1, "snippets", ["from", "snippet"], [["tail", page], ["new", page * 9]])
    questions = [["Where was Mira Veklon born?", "Dunbury"], ["Who taught Ada Brel?", "Ivo Tarn"]]
    yield table(2, "questions", ["question", "the snippet says"], questions)
    for done_then in range(0, done, 400):
        yield asked(done_then)
    yield asked(done)


def development(step: int, unknown: float, known: float, right: float) -> dict[str, Any]:
    return {
        "type": "development", "step": step, "score": unknown - known,
        "refused_unknown": unknown, "refused_known": known, "correct_given_attempted": right,
    }  # fmt: skip


def trained(steps: int = 150) -> Iterator[dict[str, Any]]:
    """Events of all steps and of a training of 150 steps, the best of which was the hundredth."""
    yield from asking()
    yield asked(TOTAL)
    known = [["head", "580", "12", "6", "2"], ["tail", "700", "420", "380", "900"]]
    yield table(4, "knowledge", ["pages", *CATEGORIES], known)
    decided = [["answer", "580", "700"], ["leave out", "18", "800"], ["refuse", "2", "900"]]
    yield table(5, "decisions", ["decision", "head", "tail"], decided)
    yield development(0, 0.0, 0.0, 0.431)
    for event in training_events(steps):
        yield event
        if event["type"] == "step" and event["step"] % 50 == 0:
            share = event["step"] / 100
            best = 0.93 if share == 1 else 0.90
            yield development(event["step"], min(best, share), 0.05 * share, 0.88)
