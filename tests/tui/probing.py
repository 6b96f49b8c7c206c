"""What the tests of the Probes pane do and wait for."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from engine.probes.plan import ProbePlan
from tests.tui.conftest import Lab, dialog, until
from tui.app import LabApp
from tui.bench.scripted_probes import ScriptedFolder, probe_status, question, record
from tui.panes.probes import ProbesPane
from tui.screens.probe_form import ProbeForm

FIGURES: dict[str, Any] = {
    "headline": {"refusal_unseen": 0.95},
    "detectors": {
        "agreement": {"auroc": 0.96, "ece": 0.04, "roc": [[0, 0], [0.1, 0.9], [1, 1]]},
        "p_true": {"auroc": 0.71, "ece": 0.19, "roc": [[0, 0], [1, 1]]},
    },
}


def put(lab: Lab, state: str = "done", n: int = 40, **values: Any) -> ScriptedFolder:
    """A probe of nano/idk, compared with nano/sft."""
    rng = random.Random(1)
    asked = [question(number) for number in range(n)]
    made = {"records": [record(each, rng) for each in asked],
            "before": [record(each, rng) for each in asked],
            "found": FIGURES if state == "done" else None,
            "plan": ProbePlan(checkpoint="nano/idk", against="nano/sft"), **values}  # fmt: skip
    folder = ScriptedFolder(asked, made.pop("records"), **made)
    lab.probes.add(
        probe_status("facts-0001", state, checkpoint="nano/idk", done=9, total=n), folder
    )
    return folder


@asynccontextmanager
async def opened(
    lab: Lab, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[LabApp, Pilot[None], ProbesPane]]:
    async with lab.open(size) as (app, pilot):
        await pilot.press("escape", "6")
        await until(
            pilot, lambda: app.probes_pane is not None and app.probes_pane.is_mounted, "the pane"
        )
        pane = app.probes_pane
        assert pane is not None
        await until(pilot, lambda: pane.views.grid.has_focus, "the focus")
        if lab.probes.all:
            await until(pilot, lambda: pane.views.grid.lines, "its lines")
        yield app, pilot, pane


async def asked_for_a_plan(app: LabApp, pilot: Pilot[None]) -> ProbeForm:
    """The form of a new probe."""
    await pilot.press("n")
    return await dialog(app, pilot, ProbeForm)
