"""The helper process that reads the tables of a run: what it finds, and what becomes of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import paths
from engine.data.funnel.browsing import QUESTIONS
from engine.data.funnel.results import CLUSTERS, Results
from engine.errors import DataError
from engine.helper import Helper, reply_to
from tui.data.browser import WORDS, BrowsedRun
from tui.data.source import BROWSE_COMMAND

RUN = paths.shipped_folder() / "nano" / "data"

ECHO = """
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)["with"]
    if asked.get("rule") == "hang": import time; time.sleep(600)
    if asked.get("rule") == "die": os._exit(1)
    print(json.dumps({"found": os.getpid()}), flush=True)
"""


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Iterator[Helper]:
    made = Helper(getattr(request, "param", BROWSE_COMMAND), WORDS)
    yield made
    made.close()


scripted = pytest.mark.parametrize("browser", [(sys.executable, "-c", ECHO)], indirect=True)


def test_it_finds_what_the_tables_hold(browser: Helper) -> None:
    here, there = Results(RUN), BrowsedRun(RUN, browser)
    assert there.report == here.report
    rule = max(here.report.rows, key=lambda row: here.n_dropped(row.rule)).rule
    assert there.n_dropped(rule) == here.n_dropped(rule) > 2
    assert there.dropped(rule, 1, 2) == here.dropped(rule, 1, 2)
    assert there.n_dropped("no.rule") == 0
    assert there.dropped("no.rule") == []
    assert there.n_clusters == here.n_clusters > 3
    assert there.clusters(1, 2) == here.clusters(1, 2)
    page = here.dropped(rule, 0, 1)[0].id
    assert there.raw(page) == here.raw(page)


def test_what_is_wrong_is_a_sentence_and_the_helper_goes_on(
    browser: Helper, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(RUN, folder)
    there = BrowsedRun(folder, browser)
    (folder / CLUSTERS).write_bytes(b"no parquet")
    for part in (folder / "dropped").iterdir():
        part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(DataError, match="run the funnel again"):
        there.raw("sample-00000.warc.gz/999999")
    with pytest.raises(DataError, match=r"part-.*cannot be read"):
        there.n_dropped("c4.sentences")
    with pytest.raises(DataError, match=rf"{CLUSTERS} cannot be read.*Run the funnel again"):
        there.clusters()
    shutil.copy(RUN / CLUSTERS, folder)
    assert there.n_clusters == Results(RUN).n_clusters
    shutil.rmtree(folder)
    with pytest.raises(DataError, match="holds no finished run"):
        there.n_dropped("c4.sentences")
    with pytest.raises(DataError, match="holds no finished run"):
        BrowsedRun(folder, browser)


def test_a_run_that_is_done_anew_is_read_anew(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(RUN, folder)
    asked = {"ask": "n_clusters", "with": {"folder": str(folder)}}
    n = reply_to(QUESTIONS, asked)["found"]
    (folder / CLUSTERS).unlink()
    assert reply_to(QUESTIONS, asked) == {"found": n}
    os.utime(folder / "report.json", ns=(1, 1))
    assert reply_to(QUESTIONS, asked) == {"found": 0}


@scripted
def test_a_helper_that_was_killed_is_started_again(browser: Helper) -> None:
    first = browser.ask("n_dropped", rule="x")
    assert browser.ask("n_dropped", rule="x") == first
    os.kill(first, 9)
    second = browser.ask("n_dropped", rule="x")
    assert second != first
    with pytest.raises(DataError, match="was lost 2 times"):
        browser.ask("n_dropped", rule="die")
    assert browser.ask("n_dropped", rule="x") not in (first, second)


def test_a_helper_that_cannot_be_started_is_a_sentence() -> None:
    with pytest.raises(DataError, match="No such file or directory"):
        Helper(("/no/such/helper",), WORDS).ask("n_clusters")


@scripted
def test_closing_ends_a_question_and_starts_no_other(browser: Helper) -> None:
    pid = browser.ask("n_dropped", rule="x")
    said: list[str] = []

    def hang() -> None:
        try:
            browser.ask("n_dropped", rule="hang")
        except DataError as error:
            said.append(str(error))

    waiting = threading.Thread(target=hang)
    waiting.start()
    while not browser._turn.locked():
        time.sleep(0.001)
    browser.close()
    waiting.join(20)
    assert said == ["The tables cannot be read: they were closed."]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    browser.close()


def test_the_helper_ends_with_its_input() -> None:
    asked = {"ask": "n_clusters", "with": {"folder": str(RUN)}}
    done = subprocess.run(
        BROWSE_COMMAND, input=json.dumps(asked) + "\n", capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"found": Results(RUN).n_clusters}


def test_whoever_asks_never_reads_parquet() -> None:
    code = f"""
import sys
from pathlib import Path
from engine.helper import Helper
from tui.data.browser import WORDS, BrowsedRun
from tui.data.source import BROWSE_COMMAND
run = BrowsedRun(Path({str(RUN)!r}), Helper(BROWSE_COMMAND, WORDS))
assert run.clusters() and run.n_dropped(run.report.rows[-1].rule) >= 0
run._browser.close()
assert not {{"pyarrow", "lxml", "warcio"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
