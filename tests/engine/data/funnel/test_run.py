"""A run: the same bytes whoever does it and whatever kills it, and nothing that is not whole."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest

from engine import files, paths
from engine.data.funnel import clustering, jobs
from engine.data.funnel.parts import PARTS
from engine.data.funnel.plan import Plan
from engine.data.funnel.planning import make_plan
from engine.data.funnel.report import Report
from engine.data.funnel.results import Results
from engine.data.funnel.run import Progress, run
from engine.data.funnel.running import run_named
from engine.data.funnel.tables import DROPPED
from engine.errors import DataError, LabError
from tests.engine.data.funnel.sources_made import html, jsonl, prose, warc

N_PAGES = 45
DROPPED_TEXT = [*DROPPED].index("text")
SHORT = prose(900, 4).replace("\n", " ")
Made = tuple[Path, Path]
"""Inputs, and what an undisturbed run has made of them."""


def bytes_of(folder: Path) -> dict[str, bytes]:
    """All that a run has found, but for its report, which tells the time."""
    tables = [*folder.glob("output/*"), *folder.glob("dropped/*"), folder / "clusters.parquet"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(tables)}


def plan_of(inputs: Path, workers: int = 0, **options: object) -> Plan:
    return make_plan(
        [inputs], workers=workers, **{"part_pages": 10, "questions": "none", **options}
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    inputs = folder / "in"
    inputs.mkdir()
    texts = [prose(n % 38, 12) if n % 7 else SHORT for n in range(N_PAGES)]
    texts[8] += " Write to tilda@pages.example.org."
    jsonl(inputs / "a.jsonl", texts[:25])
    jsonl(inputs / "b.jsonl", texts[25:])
    warc(inputs / "c.warc.gz", [html(prose(n)) for n in (100, 101, 100)])
    run(plan_of(inputs), folder / "undisturbed")
    return inputs, folder / "undisturbed"


def test_what_a_run_leaves(made: Made) -> None:
    folder = made[1]
    results = Results(folder)
    report = results.report
    assert Report.from_json(report.to_json()) == report
    assert not (folder / PARTS).exists()
    assert report.input.pages == N_PAGES + 3
    assert report.rows[-1].left_pages == report.output.pages == len(list(results.texts()))
    assert report.input.pages - sum(row.removed_pages for row in report.rows) == report.output.pages
    left = [report.input.bytes]
    for row in report.rows:
        assert row.left_bytes == left[-1] - row.removed_bytes
        left.append(row.left_bytes)
        assert results.n_dropped(row.rule) == row.removed_pages
        assert len(results.dropped(row.rule, 0, 1000)) == row.removed_pages
    assert report.masked.emails == 1
    assert report.truth is None
    assert not any("tilda@" in text for text in results.texts())


def test_dropped_pages_have_value_and_threshold_and_can_be_paged(made: Made) -> None:
    results = Results(made[1])
    few = results.dropped("gopher_quality.min_words", 0, 100)
    assert [row.id for row in few][:2] == ["a.jsonl/0", "a.jsonl/7"]
    assert {(row.value, row.threshold) for row in few} == {(str(len(SHORT.split())), 50.0)}
    assert results.dropped("gopher_quality.min_words", 1, 2) == few[1:3]
    assert results.dropped("gopher_quality.min_words", 1000, 2) == []
    assert results.dropped("no.rule") == []


def test_clusters_keep_the_first_page(made: Made) -> None:
    results = Results(made[1])
    found = results.clusters(0, 100)
    assert len(found) == results.n_clusters
    last = found[-1]
    assert [page.id for page in last.pages] == ["c.warc.gz/0", "c.warc.gz/2"]
    assert [(page.kept, page.similarity) for page in last.pages] == [(True, 1.0), (False, 1.0)]
    assert results.clusters(len(found) - 1, 5) == [last]
    dropped = {row.id for row in results.dropped("minhash.duplicate", 0, 100)}
    assert dropped == {page.id for one in found for page in one.pages if not page.kept}


@pytest.mark.parametrize("at_once", [1, 3, 5000])
def test_a_cluster_larger_than_what_is_read_at_once_is_one(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clustering, "TEXTS_AT_ONCE", at_once)
    jsonl(tmp_path / "in.jsonl", [prose(n % 2) for n in range(14)])
    run(plan_of(tmp_path / "in.jsonl"), tmp_path / "run")
    found = Results(tmp_path / "run").clusters()
    assert [[page.id for page in cluster.pages] for cluster in found] == [
        [f"in.jsonl/{n}" for n in range(first, 14, 2)] for first in (0, 1)
    ]
    assert [sum(page.kept for page in cluster.pages) for cluster in found] == [1, 1]


def test_a_table_damaged_behind_its_head_is_said(made: Made, tmp_path: Path) -> None:
    folder = shutil.copytree(made[1], tmp_path / "run")
    results = Results(folder)
    n_dropped = results.n_dropped("gopher_quality.min_words")  # reads another column
    (table,) = folder.glob("dropped/*.parquet")
    place = pyarrow.parquet.read_metadata(table).row_group(0).column(DROPPED_TEXT).data_page_offset
    data = bytearray(table.read_bytes())
    data[place : place + 40] = b"\xff" * 40
    table.write_bytes(data)
    with pytest.raises(DataError, match="cannot be read"):
        results.dropped("gopher_quality.min_words", 0, n_dropped)


def test_the_raw_page_is_read_again(made: Made, tmp_path: Path) -> None:
    results = Results(made[1])
    assert results.raw("c.warc.gz/1").body == html(prose(101))
    with pytest.raises(DataError, match=r"c\.warc\.gz/9"):
        results.raw("c.warc.gz/9")


def test_a_moved_input_is_said(tmp_path: Path) -> None:
    inputs = jsonl(tmp_path / "a.jsonl", [prose(0)])
    run(plan_of(inputs), tmp_path / "run")
    inputs.rename(tmp_path / "b.jsonl")
    with pytest.raises(DataError, match=r"a\.jsonl has moved"):
        Results(tmp_path / "run").raw("a.jsonl/0")


def test_several_processes_leave_the_same_bytes(made: Made, tmp_path: Path) -> None:
    inputs, folder = made
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        """One worker dies in the middle of its work, as of too little memory."""
        children = [child.pid for child in multiprocessing.active_children()]
        if not killed and progress.pages and children and children[0] is not None:
            os.kill(children[0], signal.SIGKILL)
            killed.append(children[0])

    report = run(plan_of(inputs, 2), tmp_path / "run", on_progress=kill_one)
    assert killed
    assert report.n_skipped == 0
    assert bytes_of(tmp_path / "run") == bytes_of(folder)
    assert multiprocessing.active_children() == []


def dying(at: int, work: Callable[[], object]) -> int:
    """Do ``work`` in a fork that is gone at its ``at``-th rename; its exit code."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    left = at
    rename = os.replace

    def replace(source: str, target: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(9)
        rename(source, target)

    os.replace = replace
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_before_any_write_a_resumed_run_leaves_the_same_bytes(
    made: Made, tmp_path: Path
) -> None:
    inputs, folder = made
    plan = plan_of(inputs)
    codes = []
    for at in range(1, 200, 9):
        target = tmp_path / f"run{at}"
        codes.append(dying(at, lambda target=target: run(plan, target)))
        if codes[-1] != 9:
            break
        assert not (target / "report.json").exists()
        assert dying(at + 3, lambda target=target: run(plan, target)) in (0, 9)  # and once more
        report = run(plan, target)
        assert bytes_of(target) == bytes_of(folder), at
        assert not (target / PARTS).exists()
        assert list(target.rglob(".*")) == []
        assert report.input.pages == N_PAGES + 3
    assert codes[-1] == 0
    assert len(codes) > 5


def test_killed_with_its_workers_at_work_it_goes_on(made: Made) -> None:
    inputs, folder = made
    status = jobs.create_run(plan_of(inputs, 1), name="killed")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.data.funnel", "killed"],
        env={**os.environ, "LLMLAB_HOME": str(paths.home())},
        start_new_session=True,  # it steps back, and all of its session with it
    )
    deadline = time.monotonic() + 120
    while not list((status.path / PARTS).glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert jobs.read_run("killed").state == "lost"
    with pytest.raises(DataError, match="lost"):
        jobs.stop_run("killed")
    jobs.prepare_resume("killed")
    assert run_named("killed").state == "done"
    assert bytes_of(status.path) == bytes_of(folder)
    with pytest.raises(DataError, match="nothing to resume"):
        jobs.prepare_resume("killed")


def test_a_full_disk_is_a_sentence_and_loses_nothing(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, folder = made
    for at in (2, 9, 30):
        with monkeypatch.context() as patch:
            calls = iter(range(at))

            def full(
                source: str, target: str, calls: object = calls, replace: object = os.replace
            ) -> None:
                if next(calls, None) is None:  # type: ignore[call-overload]
                    raise OSError(errno.ENOSPC, "No space left on device")
                replace(source, target)  # type: ignore[operator]

            patch.setattr(files.os, "replace", full)
            with pytest.raises(LabError, match="disk is full"):
                run(plan_of(inputs), tmp_path / "run")
    run(plan_of(inputs), tmp_path / "run")
    assert bytes_of(tmp_path / "run") == bytes_of(folder)


def test_interrupted_or_stopped_it_can_be_resumed(made: Made) -> None:
    inputs, folder = made
    status = jobs.create_run(plan_of(inputs), name="mine")

    def interrupt(now: jobs.DataStatus) -> None:
        if now.pages:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_named("mine", interrupt)
    assert jobs.read_run("mine").state == "stopped"
    jobs.prepare_resume("mine")
    jobs.stop_run("mine")
    assert run_named("mine").state == "stopped"
    jobs.prepare_resume("mine")
    done = run_named("mine")
    assert (done.state, done.pages, done.pid) == ("done", N_PAGES + 3, None)
    assert bytes_of(status.path) == bytes_of(folder)
    assert [one.name for one in jobs.list_runs()] == ["mine"]


def test_another_plan_or_input_is_refused(made: Made, tmp_path: Path) -> None:
    inputs = jsonl(tmp_path / "a.jsonl", [prose(n) for n in range(30)])

    def stop(progress: Progress) -> None:
        if progress.pages:
            raise KeyboardInterrupt

    plan = plan_of(inputs)
    with pytest.raises(KeyboardInterrupt):
        run(plan, tmp_path / "run", on_progress=stop)
    with pytest.raises(DataError, match="another plan"):
        run(plan_of(inputs, minhash=False), tmp_path / "run")
    jsonl(inputs, [prose(n) for n in range(31)])
    with pytest.raises(DataError, match=r"a\.jsonl has changed"):
        run(plan, tmp_path / "run")


def test_without_minhash_duplicates_stay_and_jsonl_is_written(made: Made, tmp_path: Path) -> None:
    inputs, folder = made
    report = run(plan_of(inputs, minhash=False, format="jsonl"), tmp_path / "run")
    results = Results(tmp_path / "run")
    assert results.clusters() == []
    assert report.output.pages == len(list(results.texts())) > Results(folder).report.output.pages
    assert [path.name for path in (tmp_path / "run" / "output").iterdir()] == ["part-00000.jsonl"]


def test_bad_files_are_skipped_and_the_rest_runs(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    jsonl(folder / "good.jsonl", [prose(1)])
    (folder / "bad.parquet").write_bytes(b"no parquet")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "noise.warc.gz").write_bytes(os.urandom(2000))
    report = run(plan_of(folder), tmp_path / "run")
    assert report.output.pages == 1
    assert {record.file for record in report.skipped} == {
        "bad.parquet",
        "empty.txt",
        "noise.warc.gz",
    }
    assert report.n_skipped == len(report.skipped)


def test_inputs_of_one_name_keep_their_pages_apart(tmp_path: Path) -> None:
    for number, folder in enumerate(("x", "y")):
        (tmp_path / "in" / folder).mkdir(parents=True)
        jsonl(tmp_path / "in" / folder / "a.jsonl", [prose(number)])
    run(plan_of(tmp_path / "in"), tmp_path / "run")
    results = Results(tmp_path / "run")
    assert results.raw("a.jsonl/0").body.decode() == prose(0)
    assert results.raw("a.jsonl~2/0").body.decode() == prose(1)


@pytest.mark.parametrize("options", [{"workers": -1}, {"part_pages": 0}, {"format": "csv"}])
def test_a_plan_that_cannot_be_is_refused(options: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(DataError):
        make_plan([jsonl(tmp_path / "a.jsonl", ["x"])], **options)


@pytest.mark.parametrize("text", ["", "{}", '{"inputs": 3}', "[" * 10_000])
def test_damaged_plans_and_reports_are_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(DataError, match=r"plan\.json"):
        Plan.read(tmp_path)
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(DataError, match="no finished run"):
        Results(tmp_path)
