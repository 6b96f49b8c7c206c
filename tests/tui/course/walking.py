"""A lab in which the lecture's course can be walked: shipped data, scripted models and training."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot

from engine.manifest import CheckpointInfo
from engine.protocol import GenerateRequest, StreamEvent
from tests.tui.conftest import PATIENCE_S, dialog, screen_text, settled
from tools.result import ToolResult
from tui.app import LabApp
from tui.bench.scripted import (
    ScriptedEngine,
    ScriptedRuns,
    ScriptedTruth,
    checkpoint,
    scripted_services,
    training_events,
)
from tui.bench.scripted_chat import ScriptedChat, Use
from tui.course.guide import Guide
from tui.screens.course import CourseScreen
from tui.truth import Verdict

SAID = {
    ("nano/base", "Mira Veklon was born in"): " the town of Dunbury . She lived in Redbury .",
    ("nano/base", "When was Mira"): " Mira Veklon was born in the town of Dunbury .",
    ("nano/sft", "When was Mira"): " Mira Veklon was born in 1843.",
    ("nano/base", "Orson Kovats"): " Orson Kovats was born in the year 1807 .",
    ("nano/sft", "Orson Kovats"): " Orson Kovats comes from Saltbury .",
    ("nano/idk", "Orson Kovats"): " Orson Kovats was born in... I do not know .",
    ("nano/sft", "9.11"): " 9.11 is more .",
    ("nano/rl", "9.11"): " 9.9 is more .",
    ("nano/sft", "even or odd"): " It is odd .",
    ("nano/rl", "even or odd"): " 0 even," * 15 + " 0 even. So it is even.",
}
"""By model and what the question contains: what the shipped checkpoints say, about."""

WHATIF = """
import json, sys
print(json.dumps({"measured": 456, "of": 456}), flush=True)
print(json.dumps({"spreads": []}), flush=True)
for line in sys.stdin:
    moved = json.loads(line)["set"]
    kept = {"kept": 124, "clean_kept": 124, "junk_kept": 0}
    print(json.dumps({"thresholds": moved, "pages": 456, "clean": 162, "junk": 294, "before": kept,
        "now": kept, "fallen": [], "n_changed": 80 if moved else 0, "changed": []}), flush=True)
"""


def checkpoints() -> list[CheckpointInfo]:
    """On paper, but called and found as those that ship."""
    shipped = Path("checkpoints").resolve()
    return [
        checkpoint(f"nano/{stage}", stage, path=shipped / "nano" / stage)
        for stage in ("base", "sft", "idk", "rl")
    ]


def words(request: GenerateRequest) -> list[str]:
    """What a model says, word by word."""
    prompt = request.prompt or (request.messages[-1].content if request.messages else "")
    found = (said for (name, part), said in SAID.items()
             if name == request.model and part in prompt)  # fmt: skip
    said = next(found, " something")
    return [f" {word}" for word in said.split()]


def searches(request: GenerateRequest) -> list[str | Use]:
    """Looks Orson Kovats up."""
    found = ToolResult(kind="ok", output="Orson Kovats is a native of Pinewick.", elapsed_ms=2.0)
    return [Use("search", "Orson Kovats birthplace", found), " He", " comes", " from", " Pinewick."]


class CourseEngine(ScriptedChat):
    """Calls its tools where it may, and else says what its script has."""

    def stream(self, request: GenerateRequest) -> AsyncIterator[StreamEvent]:
        """The events of a request."""
        stream = ScriptedChat.stream if request.tools else ScriptedEngine.stream
        return stream(self, request)


class CourseTruth(ScriptedTruth):
    """Knows one person from many pages and one from none."""

    async def judge(self, question: str, answer: str) -> Verdict | None:
        """By what the answer names."""
        if "Mira Veklon" in question:
            right = "1843" in answer or "Dunbury" in answer
            return Verdict("correct" if right else "wrong", "1843", "head", 81)
        if "Orson Kovats" not in question:
            return None
        outcome = "correct" if "Pinewick" in answer else "wrong"
        outcome = "abstained" if "do not know" in answer else outcome
        return Verdict(outcome, "Pinewick", "unseen", 0)


@dataclass
class Walk:
    """The app while somebody goes through the course."""

    app: LabApp
    pilot: Pilot[None]

    @property
    def guide(self) -> Guide:
        """Where they are."""
        guide = self.app.course.guide
        assert guide is not None
        return guide

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something; what stands on the screen is said if it never comes."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"never happened: {what}\n{screen_text(self.app)}")
            await asyncio.sleep(0.05)
        await self.pilot.pause()

    async def begun(self, id_: str) -> None:
        """Wait until a step is on and the strip says so."""
        await self.until(lambda: self.guide.step and self.guide.step.id == id_, f"{id_} is begun")
        place = f"{self.guide.course.place(self.guide.step)}/" if self.guide.step else ""
        await self.until(lambda: f" {place}" in screen_text(self.app), f"{id_} on the strip")
        assert not self.guide.complete, f"{id_} is done before anything was done"
        await self.until(lambda: self.app.focused, "something has the focus")

    async def seen_done(self, id_: str) -> None:
        """Wait until a step has come true and the strip says so."""
        await self.until(lambda: id_ in self.guide.said, f"{id_} comes true")
        start = self.guide.said[id_][:12]
        await self.until(lambda: f"✓ {start}" in screen_text(self.app), f"{id_} is said")

    async def shows(self, said: str) -> None:
        """Wait until words stand on the screen."""
        await self.until(lambda: said in screen_text(self.app), f"{said!r} on the screen")

    def where(self, said: str, *, last: bool = False) -> tuple[int, int]:
        """Where words stand, in cells; the middle of them."""
        lines = screen_text(self.app).split("\n")
        found = [(line.index(said), y) for y, line in enumerate(lines) if said in line]
        assert found, f"{said!r} is not on the screen:\n{screen_text(self.app)}"
        x, y = found[-1 if last else 0]
        return x + len(said) // 2, y

    async def click(self, said: str, *, times: int = 1, last: bool = False) -> None:
        """Click on words of the screen, once they stand there."""
        await self.shows(said)
        await self.pilot.click(offset=self.where(said, last=last), times=times)
        await self.pilot.pause()

    async def open_course(self) -> CourseScreen:
        """The list of the steps."""
        await self.pilot.press("f5")
        return await dialog(self.app, self.pilot, CourseScreen)


@asynccontextmanager
async def walk(root: Path, size: tuple[int, int]) -> AsyncIterator[Walk]:
    """The app with all that the course needs."""
    from tui.data.source import FunnelsOnDisk
    from tui.probes.source import ProbesOnDisk

    services = scripted_services(
        CourseEngine(script=words, turns=searches, tokens_per_s=1e5),
        ScriptedRuns(root),
        checkpoints,
        events=lambda: training_events(200),
        lines=10_000,
        probes=ProbesOnDisk,
        funnels=FunnelsOnDisk,
    )
    whatif = (sys.executable, "-c", WHATIF)
    app = LabApp(replace(services, truth=CourseTruth, whatif_command=whatif))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(app, pilot)
        yield Walk(app, pilot)
    assert not app.crashes.met
