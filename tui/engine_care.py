"""The app's care for the engine: starts it, asks how it does, and knows when to leave it alone."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.background import every, in_background
from tui.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engine.protocol import EngineStatus, Health
    from tui.app import LabApp
    from tui.services import Engine

HEALTH_EVERY_S = 2.0
MOST_STARTS, WITHIN_S = 3, 60.0
"""An engine that is lost more often than that is not started again before somebody asks for it."""


class EngineCare:
    """Keeps the engine of one app.

    Args:
        app: shows how the engine does.
    """

    def __init__(self, app: LabApp) -> None:
        self._app = app
        self._engine: Engine | None = None
        self._made = asyncio.Event()
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)
        self._start: object | None = None
        """The start that goes on; one that it has taken the place of is none any more."""
        self._saying = Saying(app)

    def begin(self) -> None:
        """Make the client, start the engine and watch it; the client's imports must be done."""
        self._engine = self._app.services.engine(self._changed)
        self._made.set()
        every(self._app, HEALTH_EVERY_S, self._look, "health")

    async def connected(self) -> Engine:
        """The client of the engine, once its imports are done."""
        await self._made.wait()
        assert self._engine is not None
        return self._engine

    def revive(self) -> None:
        """Start the engine, or start it again; harmless while it runs, and not without end."""
        if self._start is not None:
            return
        now = time.monotonic()
        if len(self._starts) == MOST_STARTS and now - self._starts[0] < WITHIN_S:
            self._leave_alone()
            return
        self._starts.append(now)
        self._begin(_ensured)

    def restart(self) -> None:
        """End the engine, also one that hangs, and start another, as a person asks for it."""
        self._starts.clear()
        self._begin(_restarted)

    async def close(self) -> None:
        """Close the connections; the engine stays."""
        if self._engine is not None:
            await self._engine.close()

    def _begin(self, start: Callable[[Engine], Awaitable[Health]]) -> None:
        this = self._start = object()
        in_background(self._app, partial(self._wait_for, start, this), "ensure", only=True)

    async def _wait_for(self, start: Callable[[Engine], Awaitable[Health]], this: object) -> None:
        engine = await self.connected()
        try:
            health = await start(engine)
        except LabError as error:
            self._saying.say(str(error))
        else:
            self._saying.all_is_well()
            self._app.engine_health(health)
        finally:
            if self._start is this:
                self._start = None

    async def _look(self) -> None:
        """Ask how it does; one that had not answered for a while may do so again by itself."""
        engine = await self.connected()
        before = engine.status.state
        if before == "starting":
            return
        health = await engine.health()
        if health is not None or before == "ready":
            self._app.engine_health(health)
        if health is None and before == "ready":
            self.revive()  # lost between two questions

    def _changed(self, status: EngineStatus) -> None:
        if self._app.is_running:
            self._app.engine_changed(status)

    def _leave_alone(self) -> None:
        from engine import endpoint  # Not before the first paint.

        self._saying.say(
            f"The engine was started {MOST_STARTS} times within a minute and stopped each time: "
            f"it is left alone until you ask for something. Its log is {endpoint.log_file()}."
        )


async def _ensured(engine: Engine) -> Health:
    return await engine.ensure()


async def _restarted(engine: Engine) -> Health:
    return await engine.restart()
