"""Errors that nobody has foreseen: each is written down with what it takes to mend it.

One in background work costs that piece of work: a sentence says so and where the report lies, and
the app goes on. One in a widget's own handler leaves the widget dead, so it ends the app: the
terminal is restored, the sentence says where the report lies, and the exit code is 1.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from engine import paths
from engine.errors import LabError
from tui.saying import Saying

if TYPE_CHECKING:
    from textual.app import App

KEPT = 20
"""Reports; older ones are deleted."""
_PREFIX, _SUFFIX = "crash-", ".txt"


class UnforeseenError(Exception):
    """What ends the app, with the sentence for the terminal that it leaves behind."""

    def __rich__(self) -> str:
        """What Textual prints when it has restored the terminal, in place of a traceback.

        A string is printed with its markup; paths in it are escaped.
        """
        from rich.markup import escape

        return escape(str(self))


class Crashes:
    """Writes reports for one app, and says a sentence about each.

    Args:
        app: the app; its reports name the pane that was shown.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self.met: list[BaseException] = []
        """What has been survived, for tests to find; of the same again, the first."""
        self._said: set[str] = set()
        self._saying = Saying(app)
        self._ending: UnforeseenError | None = None

    async def survive(self, error: Exception, doing: str) -> None:
        """Write down and say what has ended a piece of background work.

        Args:
            error: what it was.
            doing: the name of the work's group.
        """
        if isinstance(error, LabError):  # foreseen, but by nobody on its way
            self._saying.say(str(error))
            return
        place = _place(error)
        if place in self._said:  # a timer's work would say it again and again
            return
        self._said.add(place)
        self.met.append(error)
        report = await asyncio.to_thread(write_report, error, f"background work: {doing}")
        self._app.notify(
            f"Something went wrong in the lab's own code ({doing}); the rest goes on. "
            f"{_where(report)}",
            severity="error",
            timeout=20,
            markup=False,
        )

    def fatal(self, error: Exception) -> UnforeseenError:
        """Write down what ends the app; the error to end it with. Only the first one counts."""
        if self._ending is None:
            report = write_report(error, "a handler of the app")
            self._ending = UnforeseenError(
                f"llmlab met a fault of its own and had to end ({type(error).__name__}). What was "
                f"kept is on disk, and trainings go on. {_where(report)}"
            )
            self._ending.__cause__ = error
        return self._ending


def reports_folder() -> Path:
    """Where reports lie."""
    return paths.home() / "log"


def last_report() -> Path | None:
    """The newest report, if there is any."""
    return max(_reports(), key=lambda path: path.name, default=None)


def write_report(error: BaseException, where: str) -> Path | None:
    """Write a report; its path, or None when no disk takes it.

    It holds no values of variables, which may be somebody's texts or keys.
    """
    import tempfile

    from engine.files import write_atomic

    lines = [
        *_surroundings(),
        f"where: {where}",
        f"time: {time.strftime('%Y-%m-%dT%H:%M:%S%z')}",
        "",
        *traceback.format_exception(error),
    ]
    data = "\n".join(lines).encode(errors="backslashreplace")
    name = f"{_PREFIX}{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 1000:03d}{_SUFFIX}"
    for folder in (reports_folder(), Path(tempfile.gettempdir())):
        try:
            write_atomic(folder / name, data, private=True)
        except LabError:
            continue  # the home is full or read-only: another disk may not be
        _thin_out()
        return folder / name
    return None


def _surroundings() -> list[str]:
    from tui import facts

    try:
        found = {**facts.versions(), "terminal": facts.terminal(), **facts.places()}
    except Exception as error:  # whatever is wrong with the machine may be what this is about
        return [f"surroundings: unknown ({error!r})"]
    return [f"{name}: {value}" for name, value in found.items()]


def _reports() -> list[Path]:
    try:
        return list(reports_folder().glob(f"{_PREFIX}*{_SUFFIX}"))
    except OSError:
        return []  # a home that cannot be read holds no report that could be


def _thin_out() -> None:
    for old in sorted(_reports(), key=lambda path: path.name)[:-KEPT]:
        with contextlib.suppress(OSError):  # gone already, or in a home that is read-only now
            old.unlink()


def _where(report: Path | None) -> str:
    if report is None:
        return "No disk could take the report."
    return f"The report: {report}"


def _place(error: BaseException) -> str:
    """The kind of error and the line it came from: the same again says nothing new."""
    frames = traceback.extract_tb(error.__traceback__)
    last = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {last}"
