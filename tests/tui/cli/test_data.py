"""``llmlab data`` as a user meets it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from engine import paths
from engine.data.funnel import jobs
from engine.data.funnel.results import Results
from tests.engine.data.funnel.sources_made import jsonl, prose
from tests.tui.cli.conftest import Run


@pytest.fixture
def run(run: Run) -> Run:
    return partial(run, "data")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    texts = [prose(n) for n in range(12)] + [prose(3), "Nothing is here but \x1b[31m this."]
    return jsonl(tmp_path / "pages.jsonl", texts)


def test_a_run_and_its_report(run: Run, pages: Path) -> None:
    code, out, err = run("run", pages, "--workers", 0, "--out", "mine")
    assert code == 0, err
    assert "14 pages of 1 files in, 12 out" in out
    assert "minhash.duplicate" in out
    assert f"run mine: {paths.data_folder() / 'mine'}" in err
    code, again, _ = run("report", "mine")
    assert (code, again) == (0, out)
    code, out, _ = run("report", "--json")
    report = json.loads(out)
    assert (report["name"], report["output"]["pages"]) == ("mine", 12)
    assert out.count("\n") == 1


def test_json_is_the_report_alone_and_thresholds_can_be_set(run: Run, pages: Path) -> None:
    code, out, err = run(
        "run", pages, "--workers", 0, "--json", "--set", "gopher_quality.min_words=500",
        "--no-minhash", "--format", "jsonl",
    )  # fmt: skip
    assert code == 0, err
    report = json.loads(out)
    assert report["thresholds"]["gopher_quality.min_words"] == 500
    assert report["output"]["pages"] == 0
    (status,) = jobs.list_runs()
    assert (status.name, status.state) == ("funnel-0001", "done")
    assert list(Results(status.path).texts()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "gopher_quality.min_words"), "RULE=NUMBER"),
        (("--set", "gopher_quality.min_words=nan"), "RULE=NUMBER"),
        (("--set", "gopher_quality.min_word=3"), "gopher_quality.min_words"),
        (("--workers", "-1"), "-1 workers"),
        (("--out", "../up"), "cannot name"),
        (("missing.jsonl",), "does not exist"),
        (("--resume", "nobody"), "an INPUT changes nothing"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    run: Run, pages: Path, options: tuple[str, ...], said: str
) -> None:
    code, out, err = run("run", pages, *options)
    assert (code, out) == (2, "")
    assert said in err
    assert jobs.list_runs() == []


@pytest.mark.parametrize(
    "options",
    [("--workers", "2"), ("--set", "a=1"), ("--format", "jsonl"), ("--blocklist", "a.txt")],
)
def test_a_resumed_run_takes_no_options(run: Run, options: tuple[str, ...]) -> None:
    code, _, err = run("run", "--resume", "nobody", *options)
    assert code == 2
    assert options[0] in err


def test_runs_that_are_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run("run", "--resume", "nobody")
    assert code == 2
    assert "no run of the funnel 'nobody'" in err
    code, _, err = run("report", "nobody")
    assert code == 2
    monkeypatch.setattr(paths, "shipped_folder", lambda: Path("nowhere"))
    code, _, err = run("report")
    assert code == 2
    assert "llmlab data run" in err


def test_a_taken_name_is_refused(run: Run, pages: Path) -> None:
    assert run("run", pages, "--workers", 0, "--out", "mine")[0] == 0
    code, _, err = run("run", pages, "--workers", 0, "--out", "mine")
    assert code == 2
    assert "Choose another name" in err


def test_ctrl_c_stops_it_and_resume_goes_on(
    run: Run, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import engine.data.funnel.stages as stages

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stages, "find_duplicates", interrupt)
        code, out, err = run("run", pages, "--workers", 0, "--out", "mine")
    assert (code, out) == (130, "")
    assert "llmlab data run --resume mine" in err
    code, _, err = run("report", "mine")
    assert code == 2
    assert "mine" in err
    assert "stopped" in err
    code, out, err = run("run", "--resume", "mine")
    assert code == 0, err
    assert "12 out" in out


def test_skipped_records_are_told(run: Run, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [prose(1)])
    path.write_text(path.read_text() + "{\n" * 30)
    code, _, err = run("run", path, "--workers", 0)
    assert code == 0
    assert "skipped: a.jsonl, record 1: the line is not valid JSON" in err
    assert "... and 10 more" in err


def test_the_crawl_is_built_once_and_found_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run("build", "--preset", "huge")
    assert code == 2
    assert "nano" in err
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    code, _, err = run("build", "--preset", "pico", "--out", tmp_path / "taken")
    assert code == 2
    code, out, err = run("build", "--preset", "pico", "--json")
    assert code == 0, err
    built = json.loads(out)
    assert built["pages"] > 500
    assert Path(built["folder"]) == paths.data_folder() / "pocket-pico"
    code, out, _ = run("build", "--preset", "pico", "--json")
    assert (code, json.loads(out)) == (0, built)
