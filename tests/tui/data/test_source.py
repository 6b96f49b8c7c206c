"""Runs of the funnel on disk, as the Data pane finds and starts them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine import paths
from engine.data.funnel import jobs
from engine.data.funnel.plan import Plan
from engine.data.funnel.results import REPORT
from engine.errors import LabError
from engine.files import write_json
from tests.tui.filtering import report
from tui.cli.data_build import crawl_folder
from tui.data.listed import Wish
from tui.data.source import FunnelsOnDisk


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "shipped_folder", lambda: tmp_path / "shipped")
    return tmp_path / "shipped"


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[jobs.DataStatus]:
    """Runs that would have got a process."""
    found: list[jobs.DataStatus] = []

    def spawn(status: jobs.DataStatus) -> jobs.DataStatus:
        found.append(status)
        return status

    monkeypatch.setattr(jobs, "spawn", spawn)
    return found


def test_the_run_that_ships_comes_last_and_damage_is_left_out(
    shipped: Path, spawned: list[jobs.DataStatus], tmp_path: Path
) -> None:
    runs = FunnelsOnDisk()
    assert runs.listed() == []
    write_json(shipped / "nano" / "data" / REPORT, report().to_json())
    (shipped / "odd" / "data").mkdir(parents=True)
    (shipped / "odd" / "data" / REPORT).write_text('{"name": 3')
    (only,) = runs.listed()
    assert (only.name, only.shipped, only.state) == ("nano", True, "done")
    assert runs.folder(only).report == report()

    text = tmp_path / "pages.txt"
    text.write_text("A page.\n")
    assert runs.start(Wish(inputs=(str(text),), name="mine")) == "mine"
    assert runs.start(Wish(inputs=(str(text),))) == "funnel-0001"
    assert [each.name for each in runs.listed()][-1] == "nano"
    assert {each.state for each in runs.listed()} == {"starting", "done"}
    assert [status.name for status in spawned] == ["mine", "funnel-0001"]
    (file,) = Plan.read(spawned[0].path).inputs
    assert file.path == str(text)
    shutil.rmtree(spawned[0].path)
    assert [each.name for each in runs.listed()] == ["funnel-0001", "nano"]


def test_the_pocket_web_is_what_is_filtered_unless_something_is_given(shipped: Path) -> None:
    runs = FunnelsOnDisk()
    assert runs.needs_crawl(Wish())
    assert not runs.needs_crawl(Wish(inputs=("x.warc",)))
    write_json(crawl_folder("nano") / "crawl.json", {})
    assert not runs.needs_crawl(Wish())


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(inputs=("/no/such.warc",)), "does not exist"),
        (Wish(inputs=("~nobody-of-that-name/x",)), "begins with ~"),
        (Wish(inputs=("/dev/null",)), "of no kind"),
    ],
)
def test_what_cannot_be_filtered_is_a_sentence(
    wish: Wish, sentence: str, shipped: Path, spawned: list[jobs.DataStatus]
) -> None:
    with pytest.raises(LabError, match=sentence):
        FunnelsOnDisk().start(wish)
    assert not spawned
    assert FunnelsOnDisk().listed() == []
