"""Takes the pictures of the docs: the real app, the real engine, the shipped checkpoints.

    python docs/screenshots.py [NAME...]

Each picture is a walk through the app by its keys. Seeds are fixed and nothing is retouched: what
a model says in a picture is what it says. The lab's folder is a new one each time: nothing of
one's own is seen. Pictures are SVG, as Textual draws them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.app import LabApp

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 120, 36
PATIENCE_S = 120.0


class Walk:
    """An open app, and what a hand would do to it."""

    def __init__(self, app: LabApp, pilot: Pilot[None]) -> None:
        self._app, self._pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        await self._pilot.press(*keys)
        await self._pilot.pause(0.1)

    async def write(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", ".": "full_stop", ",": "comma", "?": "question_mark"}
        names |= {"'": "apostrophe", "+": "plus", "-": "minus", "*": "asterisk"}
        await self.press(*(names.get(letter, letter) for letter in text))

    async def clear_and_write(self, text: str) -> None:
        """Type a text in place of what stands in the field."""
        await self.press("end", *["ctrl+u"] * 3)
        await self.write(text)

    async def sees(self, *words: str) -> None:
        """Wait until all ``words`` stand on the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while not all(word in self._text() for word in words):
            if time.monotonic() > deadline:
                raise SystemExit(f"{words} never stood on the screen:\n{self._text()}")
            await self._pilot.pause(0.1)
        await self._pilot.pause(0.5)

    def _text(self) -> str:
        strips = self._app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)


async def compare(walk: Walk) -> None:
    """Base and assistant answer the same question; the inspector on a token."""
    await walk.sees("correct")
    await walk.press("escape", "right_square_bracket", "right", "right", "right", "right")
    await walk.sees("entropy")


async def pipeline(walk: Walk) -> None:
    """The rail, on the shipped base."""
    await walk.press("escape", "1")
    await walk.sees("stages")
    await walk.press("down", "down")
    await walk.sees("bpb")


async def data(walk: Walk) -> None:
    """The funnel."""
    await walk.press("escape", "2")
    await walk.sees("gopher")


async def tokens(walk: Walk) -> None:
    """Two tokenizers side by side."""
    await walk.press("escape", "3")
    await walk.sees("bytes")


async def chat(walk: Walk) -> None:
    """A search for somebody whom the model never read about."""
    await walk.press("escape", "5")
    await walk.sees("message")
    for again in (True, False):  # The first search writes the index, which takes seconds.
        await walk.write("Where does Orson Kovats come from?")
        await walk.press("enter")
        await walk.sees("correct", "1 call")
        if again:
            await walk.press("ctrl+n")
            await walk.sees("Ask something below")
    await walk.press("escape", "up", "up", "up", "enter")
    await walk.sees("pocket/")


async def probes(walk: Walk) -> None:
    """Outcomes before and after."""
    await walk.press("escape", "6")
    await walk.sees("unseen")
    await walk.press("o")
    await walk.sees("unseen")


async def rl(walk: Walk) -> None:
    """The wall of attempts at a problem where thinking pays."""
    await walk.press("escape", "7")
    await walk.sees("reward", "right")
    await walk.press(*["left_square_bracket"] * 8)  # In later steps all attempts are right.
    await walk.press("full_stop", "full_stop")
    await walk.sees("parity  answer")


async def runs(walk: Walk) -> None:
    """Curves of the shipped stages in one plot."""
    await walk.sees("correct")
    await walk.press("escape", "8")
    await walk.sees("nano/base")
    await walk.press("end", "space", "up", "space", "c")
    await walk.sees("A ━ nano/base", "B ━ nano/sft")


async def course(walk: Walk) -> None:
    """A step of the course."""
    await walk.sees("correct")
    await walk.press("f5")
    await walk.sees("begin")


SHOTS: dict[str, Callable[[Walk], Awaitable[None]]] = {
    walk.__name__: walk
    for walk in (compare, pipeline, data, tokens, chat, probes, rl, runs, course)
}


async def take(name: str) -> int:
    """Walk to a place and take its picture; the process of the engine that served it."""
    from tui.app import LabApp

    app = LabApp()
    async with app.run_test(size=(WIDTH, HEIGHT), notifications=True) as pilot:
        walk = Walk(app, pilot)
        await walk.sees("engine ready")
        await SHOTS[name](walk)
        app.save_screenshot(f"{name}.svg", str(IMAGES))
        health = app.status_line.health
    print(f"docs/images/{name}.svg")
    return health.pid if health else 0


def main() -> None:
    """Take the pictures that are named, or all."""
    wanted = sys.argv[1:] or list(SHOTS)
    unknown = [name for name in wanted if name not in SHOTS]
    if unknown:
        raise SystemExit(f"There is no picture {unknown[0]!r}. There are: {', '.join(SHOTS)}.")
    IMAGES.mkdir(exist_ok=True)
    os.environ.pop("NO_COLOR", None)
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="llmlab-pictures-") as home:
            os.environ["LLMLAB_HOME"] = home
            engine = asyncio.run(take(name))
            if engine:  # It would stay for the next one who opens the app.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(engine, signal.SIGTERM)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
