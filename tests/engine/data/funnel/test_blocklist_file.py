"""A blocklist of somebody's own: what is one, whom it blocks, and that a run keeps to it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.data.funnel.blocklist import DOMAINS, pocket_blocklist
from engine.data.funnel.blocklist_file import blocklist_of, list_file
from engine.data.funnel.plan import Plan
from engine.data.funnel.planning import check_inputs, make_plan
from engine.data.funnel.results import Results
from engine.data.funnel.run import run
from engine.data.funnel.url_rules import Blocklist, host_of
from engine.errors import DataError
from tests.engine.data.funnel.sources_made import html, prose, warc


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "blocked.txt"
    path.write_text("# mine\nBad.Example.org  # why\n\nworse.test\n", encoding="utf-8")
    return path


def planned(path: Path) -> Plan:
    return Plan(inputs=(), blocklist=list_file(path))


def test_a_domain_a_line(listed: Path) -> None:
    found = blocklist_of(planned(listed))
    assert found == Blocklist(domains=frozenset({"bad.example.org", "worse.test"}))


def test_json_has_any_of_the_lists(tmp_path: Path) -> None:
    path = tmp_path / "blocked.json"
    path.write_text(json.dumps({"words": ["Casino"], "urls": ["http://A.test/bc"]}))
    found = blocklist_of(planned(path))
    assert found == Blocklist(words=frozenset({"casino"}), urls=frozenset({"http://a.test/bc"}))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"0.0.0.0 bad.test", "cannot stand among its domains"),
        (b"http://bad.test/", "cannot stand among its domains"),
        (b"\xff\xfe", "neither JSON nor text"),
        (b"{", "neither JSON nor text"),
        (b"[" * 100_000, "neither JSON nor text"),
        (b"[1]", "no object"),
        (b'{"domain": []}', "'domain' is none of the lists"),
        (b'{"domains": "bad.test"}', "no list"),
        (b'{"domains": [1]}', "'1' cannot stand"),
        (b'{"words": ["two words"]}', "cannot stand among its words"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    with pytest.raises(DataError, match=why):
        list_file(path)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        list_file(tmp_path / "none.txt")


def test_a_run_drops_by_it_and_keeps_to_it(listed: Path, tmp_path: Path) -> None:
    pages = warc(tmp_path / "in.warc.gz", [html(prose(1))])
    neutral = make_plan([pages], workers=0, questions="none")
    assert neutral.blocklist == "none"
    assert blocklist_of(neutral) == Blocklist()
    run(neutral, tmp_path / "neutral")
    neutrals = Results(tmp_path / "neutral")
    assert neutrals.report.output.pages == 1
    listed.write_text(host_of(neutrals.raw("in.warc.gz/0").url))
    plan = make_plan([pages], blocklist=listed, workers=0, questions="none")
    run(plan, tmp_path / "run")
    assert Results(tmp_path / "run").n_dropped("url.domain") == 1
    assert Plan.read(tmp_path / "run") == plan
    listed.write_text("other.test")
    with pytest.raises(DataError, match="has changed since this run began"):
        check_inputs(plan, tmp_path / "run")


def test_the_pocket_crawl_has_the_pocket_list(tmp_path: Path, pico_crawl: Path) -> None:
    plan = make_plan([pico_crawl])
    assert plan.blocklist == "pocket"
    assert blocklist_of(plan) == pocket_blocklist()
    assert DOMAINS[0] in blocklist_of(plan).domains
    with pytest.raises(DataError, match="no blocklist"):
        replace(plan, blocklist="other")  # type: ignore[arg-type]
