from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from monofact_webs import result

from engine.errors import LabError, ProbeError
from engine.probes.monofact.estimates import CountShare
from engine.probes.monofact.plot import plot
from engine.probes.monofact.report import as_csv, as_markdown, rows, write_report
from engine.probes.monofact.result import Example, WebResult
from engine.probes.monofact.words import findings

WEBS = [
    result("rare 0.00", n_once=0, missing_mass=0.0, n_invented=8),
    result("rare 0.40"),
    result(
        "rare 0.80",
        n_once=6_000,
        n_invented=400,
        counts=(
            CountShare(0, 0, 0.6, 0),
            CountShare(1, 1, 0.2, 0.3),
            CountShare(2, None, 0.2, 0.2),
        ),
    ),
    result("Zipf", n_once=1_000, n_invented=600),
]


def test_rates_counted_by_hand() -> None:
    web = result()
    assert web.monofact_rate == 0.3
    assert web.once_of_distinct == 0.75
    assert web.invented_rate == 0.5
    assert web.margin == pytest.approx(1.96 * (0.25 / 800) ** 0.5)
    assert web.miscalibration == pytest.approx(0.1)
    assert web.bound == pytest.approx(0.3 - 0.1 - web.small_terms)


def test_a_result_survives_json() -> None:
    assert WebResult.from_json(json.loads(json.dumps(result().to_json()))) == result()


def test_the_format_follows_the_suffix(tmp_path: Path) -> None:
    assert write_report(tmp_path / "a.md", WEBS) == [tmp_path / "a.md", tmp_path / "a.svg"]
    assert "](a.svg)" in (tmp_path / "a.md").read_text()
    write_report(tmp_path / "a.csv", WEBS)
    write_report(tmp_path / "a.json", WEBS)
    assert len(json.loads((tmp_path / "a.json").read_text())["webs"]) == 4


@pytest.mark.parametrize("name", ["a", "a.txt", "a.md.bak", ".md"])
def test_other_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProbeError, match="says no format"):
        write_report(tmp_path / name, WEBS)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="file"):
        write_report(tmp_path / "file" / "a.md", WEBS)


def test_csv_is_a_line_for_each_web() -> None:
    read = list(csv.DictReader(io.StringIO(as_csv(WEBS))))
    assert [row["law"] for row in read] == [web.law for web in WEBS]
    assert float(read[1]["bound"]) == pytest.approx(WEBS[1].bound)


def test_tables_are_as_wide_as_their_heads() -> None:
    head, *body = rows(WEBS)
    assert {len(row) for row in body} == {len(head)}
    text = as_markdown(WEBS, "p.svg")
    for table in text.split("\n\n"):
        if table.startswith("| "):
            assert len({line.count("|") for line in table.splitlines()}) == 1


@pytest.mark.parametrize("text", ["```\n# gone", "`````", "\x1b[31mred", "<script>", "~~~", "a\nb"])
def test_what_a_model_wrote_stays_in_its_fence(text: str) -> None:
    web = result(examples=(Example(text, False, 0),))
    report = as_markdown([web, *WEBS], "p.svg")
    assert report.count("```") == 2
    assert "\x1b" not in report
    fence = report.split("```text\n")[1]
    assert "\n# gone" not in fence


@pytest.mark.parametrize("webs", [WEBS, WEBS[:1], [result("<&>", n_invented=800)]])
def test_the_plot_is_xml_within_its_frame(webs: list[WebResult]) -> None:
    root = ElementTree.fromstring(plot(webs))
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    assert len(circles) == len(webs)
    for circle in circles:
        assert 0 <= float(circle.attrib["cx"]) <= 640
        assert 0 <= float(circle.attrib["cy"]) <= 480


def test_more_invented_is_higher_up() -> None:
    root = ElementTree.fromstring(plot([result(n_invented=100), result(n_invented=500)]))
    low, high = (float(e.attrib["cy"]) for e in root.iter() if e.tag.endswith("circle"))
    assert high < low


class TestFindings:
    def test_a_broken_bound_is_said(self) -> None:
        broken = result("odd", n_once=9_000, n_invented=0)
        assert any("broken" in f and '"odd"' in f for f in findings([broken, *WEBS]))
        assert any("bound holds in all 4" in f for f in findings(WEBS))

    def test_a_bound_below_nothing_counts_for_nothing(self) -> None:
        (held,) = (f for f in findings(WEBS) if "bound holds" in f)
        assert '"rare 0.00"' not in held
        assert '"rare 0.80"' in held

    def test_what_is_missing_is_where_most_of_it_is(self) -> None:
        (gap,) = (f for f in findings(WEBS) if f.startswith('In "rare 0.40"'))
        assert "0.20 more" in gap
        assert "on 1 pages" in gap
        assert "0.17" in gap

    def test_less_than_the_rate_is_said_too(self) -> None:
        (gap,) = (f for f in findings(WEBS) if f.startswith('In "rare 0.80"'))
        assert "0.10 less" in gap
        assert "on 1 pages more often than the web does (0.10)" in gap

    @pytest.mark.parametrize("webs", [[result()], [result(), result()]])
    def test_webs_that_do_not_differ_are_said_not_to(self, webs: list[WebResult]) -> None:
        assert any("do not differ" in finding for finding in findings(webs))
