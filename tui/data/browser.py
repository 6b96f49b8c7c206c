"""Reads the tables of the funnel's runs through a helper process (``engine.data.funnel.browsing``).

What reads parquet would take half of the memory that the app may have.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.funnel import browsing
from engine.data.funnel.results import Results
from engine.errors import DataError
from engine.launch import child_environment

if TYPE_CHECKING:
    from engine.data.funnel.document import SourcePage
    from engine.data.funnel.results import Cluster, DroppedRow

_TRIES = 2


class Browser:
    """Asks the helper, which is started by the first question and again after it was lost.

    Its questions block, and wait for each other: ask in a thread.

    Args:
        command: what the helper is.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._closed = False

    def ask(self, folder: Path, question: str, **which: Any) -> Any:
        """Ask something of ``browsing.QUESTIONS`` about the run in ``folder``.

        A helper that was lost (somebody may have needed its memory) is started and asked again.

        Raises:
            DataError: a table is damaged, or the helper cannot be had.
        """
        asked = {"folder": str(folder), "ask": question, "with": which}
        line = json.dumps(asked).encode() + b"\n"
        with self._turn:
            for _ in range(_TRIES):
                reply = self._exchange(line)
                if reply.endswith(b"\n"):
                    break
                self._end()
            else:
                raise DataError(
                    f"The process that reads the tables of {folder} was lost {_TRIES} times. Free "
                    "some memory and choose the run again."
                )
        answer = json.loads(reply)
        if "error" in answer:
            raise DataError(answer["error"])
        return answer["found"]

    def close(self) -> None:
        """End the helper, also in the middle of a question, and start none again."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._end()

    def _exchange(self, line: bytes) -> bytes:
        """What is said to a line; without its end where the helper was lost."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # Then there is no reply either.
            process.stdin.write(line)
            process.stdin.flush()
        return process.stdout.readline()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise DataError("The lab is being left, so no table is read any more.")
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
        except OSError as error:
            raise DataError(
                f"The tables cannot be read: {error.strerror}. Free some memory and choose the run "
                "again."
            ) from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):  # What was not written yet is lost, too.
                pipe.close()


class BrowsedRun:
    """A run that is done (``tui.data.listed.Folder``): its report read here, its tables there.

    Raises:
        DataError: the folder holds none; the message says what is missing.
    """

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder = folder
        self.report = Results(folder).report
        self._browser = browser

    @property
    def n_clusters(self) -> int:
        """How many clusters of near duplicates there are."""
        n: int = self._browser.ask(self.folder, "n_clusters")
        return n

    def n_dropped(self, rule: str) -> int:
        """How many of the pages that a rule removed can be browsed."""
        n: int = self._browser.ask(self.folder, "n_dropped", rule=rule)
        return n

    def dropped(self, rule: str, offset: int = 0, limit: int = 50) -> list[DroppedRow]:
        """Some of them, in the order of the crawl."""
        found = self._browser.ask(self.folder, "dropped", rule=rule, offset=offset, limit=limit)
        return browsing.dropped_rows(found)

    def clusters(self, offset: int = 0, limit: int = 50) -> list[Cluster]:
        """Some of the clusters, in order."""
        return browsing.clusters(
            self._browser.ask(self.folder, "clusters", offset=offset, limit=limit)
        )

    def raw(self, page_id: str) -> SourcePage:
        """A page as it was found."""
        return browsing.source_page(self._browser.ask(self.folder, "raw", page_id=page_id))
