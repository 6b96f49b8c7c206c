"""The runs of the funnel that lie on disk: the one that comes with the lab, and the person's own.

Everything here reads files and blocks: call it in a thread. Imported when it is first needed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from engine import paths
from engine.data.crawl.build import INFO_FILE
from engine.data.funnel import jobs
from engine.data.funnel.results import REPORT, Results
from engine.errors import LabError
from engine.helper import Helper
from engine.paths import expanded
from tui.cli.data_build import crawl_folder
from tui.data.browser import WORDS, BrowsedRun
from tui.data.listed import Folder, Listed, Wish

_WORLD = "nano"
"""Whose crawl is filtered where nothing else is wished for."""
BROWSE_COMMAND = (sys.executable, "-P", "-m", "engine.data.funnel.browsing")


class FunnelsOnDisk:
    """``tui.services.Funnels`` over ``engine.data.funnel.jobs``.

    Args:
        browse_command: what reads the tables of runs.
    """

    def __init__(self, browse_command: Sequence[str] = BROWSE_COMMAND) -> None:
        self._browser = Helper(browse_command, WORDS)

    def listed(self) -> list[Listed]:
        """All readable ones, newest first; that which comes with the lab last."""
        return [*map(_listed, jobs.list_runs()), *_shipped()]

    def folder(self, listed: Listed) -> Folder:
        """What a finished one has left. Raises LabError."""
        return BrowsedRun(listed.path, self._browser)

    def needs_crawl(self, wish: Wish) -> bool:
        """Whether the pocket web's crawl is to be filtered and is not there yet."""
        return not wish.inputs and not (crawl_folder(_WORLD) / INFO_FILE).is_file()

    def start(self, wish: Wish) -> str:
        """Start a run as a process of its own; its name. Raises LabError."""
        from engine.data.funnel.planning import make_plan

        inputs = [expanded(each).absolute() for each in wish.inputs] or [crawl_folder(_WORLD)]
        plan = make_plan(inputs, workers=os.cpu_count() or 1)
        return jobs.spawn(jobs.create_run(plan, name=wish.name)).name

    def resume(self, name: str) -> None:
        """Go on with one that was stopped, failed or lost. Raises LabError."""
        jobs.resume_run(name)

    def stop(self, name: str) -> None:
        """Ask one to stop; what it has done stays. Raises LabError."""
        jobs.stop_run(name)

    def close(self) -> None:
        """End the process that reads tables, if there is one."""
        self._browser.close()


def _listed(status: jobs.DataStatus) -> Listed:
    return Listed(
        name=status.name, path=status.path, state=status.state, message=status.message,
        stage=status.stage, share=status.share, pages=status.pages, kept=status.kept,
        started=status.started,
    )  # fmt: skip


def _shipped() -> list[Listed]:
    """Finished runs beside the shipped checkpoints."""
    found = []
    for path in sorted(paths.shipped_folder().glob(f"*/data/{REPORT}")):
        with contextlib.suppress(LabError):
            report = Results(path.parent).report
            found.append(
                Listed(name=report.name, path=path.parent, state="done", started=report.created,
                       shipped=True)
            )  # fmt: skip
    return found
