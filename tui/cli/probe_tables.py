"""A probe's figures for people: outcomes by group, headlines, detectors."""

from __future__ import annotations

from typing import Any

from engine.probes.record import OUTCOMES
from engine.probes.report_markdown import HEADLINES, shown
from tui.cli.output import printable, table

Figures = dict[str, Any]


def print_figures(figures: Figures) -> None:
    """Print what ``engine.probes.figures`` made."""
    before = figures["before"]
    against = figures["plan"]["against"]
    print(f"{figures['answered']} of {figures['questions']} questions answered")
    if figures["plan"].get("judge"):
        print(
            f"judged by {printable(figures['plan']['judge'])}; {figures['unreadable']} of its "
            "verdicts could not be read, and those answers count as wrong"
        )
    print()
    _outcomes("group", figures["groups"], before and before["groups"])
    print()
    if figures["known_before"] is None:
        _outcomes("fact is", figures["categories"], None)
    else:
        _outcomes(f"to {against} it is", figures["known_before"], before["categories"])
    if before is not None:
        print(f"before: {against}")
    print()
    table(
        [("headline", "figure")]
        + [
            (label, shown(figures["headline"][name]))
            for name, label in HEADLINES.items()
            if figures["headline"].get(name) is not None
        ],
        right=(1,),
    )
    if figures["detectors"]:
        print()
        _detectors(figures["detectors"])


def _outcomes(name: str, now: Figures, before: Figures | None) -> None:
    rows = [(name, "n", *OUTCOMES, *(f"{each} before" for each in OUTCOMES if before))]
    for key, shares in now.items():
        then = before.get(key, {}) if before else {}
        rows.append(
            (
                key or "-",
                str(shares["n"]),
                *(shown(shares[each]) for each in OUTCOMES),
                *(shown(then.get(each)) for each in OUTCOMES if before),
            )
        )
    table(rows, right=range(1, len(rows[0])))


def _detectors(detectors: Figures) -> None:
    rows = [("detector", "attempts", "AUROC", "ECE", "")]
    for name, each in detectors.items():
        note = "calibrated on development people" if each["calibrated"] else ""
        rows.append((name, str(each["n"]), shown(each["auroc"]), shown(each["ece"]), note))
    table(rows, right=(1, 2, 3))
