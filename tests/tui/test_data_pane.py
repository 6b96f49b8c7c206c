"""What the Data pane opens with, and how a run of the funnel is looked through."""

from __future__ import annotations

from tests.tui.conftest import Lab, screen_text, shows, until
from tests.tui.filtering import REPEATED, MadeFolder, opened, put, report
from tui.commands import available


async def test_it_opens_with_the_funnel_of_the_run_that_ships(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (160, 48)) as (app, pilot, pane):
        await until(pilot, lambda: pane.views.funnel.rows.has_focus, "the focus")
        for words in (
            "nano · 52 400 pages → 24 914, 47.5 %", "812.0 MB → 41.2 MB", "ships with the lab",
            "≥ 50   −6 812   98.4 %", "░", "space fold", "✗ code",
        ):  # fmt: skip
            await shows(app, pilot, words)
        assert {"Filter a crawl ...", "Runs of the funnel ..."} <= {c.name for c in available(app)}
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "✗ code" not in screen_text(app), "no truth beside it")
        await shows(app, pilot, "████")
        await pilot.press("f1")
        await shows(app, pilot, "A line is a rule")


async def test_all_views_fit_the_smallest_terminal(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (60, 16)) as (app, pilot, pane):
        for key, words in (
            ("", "language"), ("space", "domain"), ("b", "7 020 pages fell"),
            ("w", "was lost"), ("d", "likeness"), ("t", "clean pages kept"), ("f", "domain"),
        ):  # fmt: skip
            if key:
                await pilot.press(key)
            await shows(app, pilot, words)
            lines = screen_text(app).split("\n")
            assert len(lines) == 16
            assert lines[1].startswith("  nano · ")
            assert "f funnel" in lines[2]
        await pilot.press("t", "escape")
        await until(pilot, lambda: pane.views.funnel.rows.has_focus, "the funnel")


async def test_from_a_rule_to_its_pages_to_one_page_to_its_html(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (80, 24)) as (app, pilot, pane):
        await pilot.press("space")
        funnel = pane.views.funnel
        await until(pilot, lambda: funnel.by_rule, "every rule")
        names = [entry.name for entry in funnel.entries]
        funnel.rows.go_to(names.index("c4.curly_bracket"))
        await shows(app, pilot, "1 003 pages fell here")
        await pilot.press("enter")
        await shows(app, pilot, "‹ c4.curly_bracket › 1 003 pages fell")
        await shows(app, pilot, "clocks.example/page/0")
        await pilot.press("end", "enter")
        await shows(app, pilot, "https://clocks.example/page/1002")
        await shows(app, pilot, f"found: 2 × {REPEATED}")
        await shows(app, pilot, "␛[2J[bold]markup[/] ⟨202E⟩evil")
        await pilot.press("h")
        await shows(app, pilot, "<nav>Menu␛[31m of [red]1002[/]</nav>")
        await shows(app, pilot, f"▎ <p>{REPEATED}</p>")
        await pilot.press("comma")
        await shows(app, pilot, "https://clocks.example/page/1001")
        await shows(app, pilot, "[red]1001[/]")
        await pilot.press("escape")
        await until(pilot, lambda: pane.views.removed.rows.has_focus, "the list")
        await pilot.press("escape")
        await until(pilot, lambda: funnel.rows.has_focus, "the funnel")
        await pilot.press("b")
        await until(pilot, lambda: pane.views.removed.rows.has_focus, "the list again")
        await pilot.press("right_square_bracket")
        await shows(app, pilot, "‹ c4.sentences › 412 pages fell · stays if ≥ 5")
        await pilot.press("left_square_bracket")
        await shows(app, pilot, "‹ c4.curly_bracket ›")
        assert len(lab.funnels.all) == 1


async def test_only_what_is_in_sight_is_read(lab: Lab) -> None:
    folder = MadeFolder()
    put(lab, folder)
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("b")
        await shows(app, pilot, "clocks.example/page/9")
        before = folder.reads
        await pilot.press("end")
        await shows(app, pilot, "clocks.example/page/7019")
        assert folder.reads - before <= 2
        rows = pane.views.removed.rows
        await pilot.click(rows, offset=(20, 5))
        await until(pilot, lambda: rows.row == rows.in_sight().start + 3, "a click moves")


async def test_what_cannot_be_read_is_a_sentence(lab: Lab) -> None:
    folder = MadeFolder(missing=True)
    put(lab, folder)
    async with opened(lab, (160, 48)) as (app, pilot, _):
        await pilot.press("b", "h")
        await shows(app, pilot, "✗ pocket-00000.warc.gz has moved or was deleted. Put it back.")
        folder.broken = "part-00000.parquet cannot be read: [red]\x1b[0m. Run it again."
        await pilot.press("right_square_bracket")
        await shows(app, pilot, "✗ part-00000.parquet cannot be read: [red]␛[0m.")
        await pilot.press("d", "end")
        await shows(app, pilot, "cannot be read")


async def test_twins_are_compared_word_by_word(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (160, 48)) as (app, pilot, pane):
        await pilot.press("d")
        await shows(app, pilot, "✗ gone  https://copy0.example/0")
        await pilot.press("down", "full_stop")
        await shows(app, pilot, "96.0 % alike · cluster of 3 pages")
        await shows(app, pilot, "differently1.")
        await pilot.press("full_stop")
        await shows(app, pilot, "copy 1 of 2")
        await pilot.press("end")
        await shows(app, pilot, "https://news.example/199")
        await pilot.press("enter")
        await until(pilot, lambda: pane.views.twins.pages_view.has_focus, "the pages")
        await pilot.press("escape")
        await until(pilot, lambda: pane.views.twins.rows.has_focus, "the list")


async def test_a_run_without_labels_clusters_or_drops(lab: Lab) -> None:
    plain = report(truth=None)
    rows = tuple(row for row in plain.rows if not row.removed_pages)
    put(lab, MadeFolder(report=report(truth=None, rows=rows), made_clusters=[]))
    async with opened(lab, (160, 48)) as (app, pilot, _):
        await shows(app, pilot, "No labels lie beside the input")
        assert "junk" not in screen_text(app)
        await pilot.press("b")
        await shows(app, pilot, "Nothing was removed.")
        await pilot.press("h", "right_square_bracket", "full_stop", "enter", "escape", "d")
        await shows(app, pilot, "No two pages that got so far are nearly alike")
        await pilot.press("full_stop", "enter", "escape", "t", "f")
