"""The course in the app: offered once, kept, gone on with, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import TextArea

from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.course.test_reading import GOOD
from tui.app import LabApp
from tui.course import desk
from tui.journal import tell
from tui.screens.course import CourseScreen
from tui.state.database import Database
from tui.widgets.course_strip import CourseStrip


@pytest.fixture
def own(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two steps."""
    folder = tmp_path / "course"
    folder.mkdir()
    for number, id_ in enumerate(("one", "two")):
        text = GOOD.replace('"one"', f'"{id_}"').replace('"One"', f'"Step {id_} [b]"')
        (folder / f"{number}.md").write_text(text.replace("+++\nid", '+++\nhint = "A hint."\nid'))
    monkeypatch.setenv("LLMLAB_COURSE_FOLDER", str(folder))
    return folder


def wrong_answer(app: LabApp) -> None:
    tell(app.compare, "answer", outcome="wrong", tokens=3, text="Dun[/]bury\x1b[2J", pages=0)


def strip(app: LabApp) -> CourseStrip | None:
    found = app.default_screen.query(CourseStrip)
    return found.first() if found and not found.first().has_class("-closed") else None


async def test_it_is_offered_until_it_was_opened_or_closed(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_COURSE_OFFER", "on")
    for size in ((80, 24), (60, 16)):
        async with lab.open(size) as (app, pilot):
            await shows(app, pilot, "A guided course")
            assert len([line for line in screen_text(app).split("\n") if "█" in line]) <= 2
            assert isinstance(app.focused, TextArea)
    async with lab.open((80, 24)) as (app, pilot):
        await until(pilot, lambda: strip(app), "the offer")
        await pilot.click("#course-close")
        await until(pilot, lambda: not strip(app), "it is closed")
    async with lab.open((80, 24)) as (app, pilot):
        await until(pilot, lambda: app.course.greeted, "it was looked whether to offer it")
        assert strip(app) is None


async def test_a_step_is_gone_on_with_and_what_was_done_stays(lab: Lab, own: Path) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await shows(app, pilot, "Step one [b]")
        await pilot.press("x")
        assert "eave" not in screen_text(app), "there is nothing to leave yet"
        await pilot.press("tab", "tab", "enter")
        await closed(app, pilot)
        assert app.course.guide is not None
        assert app.course.guide.step is None, "that button only closes"
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await pilot.press("down", "enter")
        await shows(app, pilot, "2/2 Press enter.")
        assert app.compare.column_names() == ["nano/base", "nano/sft"]
        assert app.compare.sampling.params.temperature == 0
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await shows(app, pilot, "2/2 Press enter.")
        wrong_answer(app)
        await shows(app, pilot, "✓ It said Dun[/]bury␛[2J on 0 pages.")
        await shows(app, pilot, "F5 enter: Step one [b]")
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await until(pilot, lambda: app.course.greeted, "it was looked whether to offer it")
        assert strip(app) is None  # It is done: nothing is on.
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await shows(app, pilot, "course · 1 of 2 done")
        await shows(app, pilot, "✓  2 Step two [b]")


async def test_half_of_a_step_that_came_true_is_there_at_the_next_start(
    lab: Lab, own: Path
) -> None:
    path = own / "0.md"
    second = '[[check]]\nfact = "answer"\nname = "again"\nwhere = { outcome = "wrong" }\n+++\nWhat'
    path.write_text(path.read_text().replace("[check]", "[[check]]").replace("+++\nWhat", second))
    async with lab.open((80, 24)) as (app, pilot):
        app.course.act("next")
        await shows(app, pilot, "1/2 Press enter.")
        wrong_answer(app)
        await shows(app, pilot, "✓ 1 of 2")
        # What is on the screen by now is in the file, whatever ends the app.
        at = Database().read(lambda db: db.execute("SELECT value FROM kept").fetchall())
        assert any("Dun[/]bury" in value for (value,) in at)
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await shows(app, pilot, "✓ 1 of 2")
        wrong_answer(app)
        await shows(app, pilot, "1/2 ✓ It said Dun[/]bury")
        assert list(app.state.course.steps(str(own))) == ["one"]


async def test_leaving_it_takes_the_strip_away_and_forgets_nothing(lab: Lab, own: Path) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        app.course.act("next")
        await shows(app, pilot, "1/2 Press enter.")
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await shows(app, pilot, "A hint.")
        await pilot.press("x")
        await closed(app, pilot)
        await until(pilot, lambda: not strip(app), "no strip")
        wrong_answer(app)
        await pilot.pause()
        assert app.course.guide is not None
        assert not app.course.guide.said


async def test_how_answers_are_drawn_comes_back_when_a_step_is_left(lab: Lab, own: Path) -> None:
    def temperature(app: LabApp) -> float:
        return app.compare.sampling.params.temperature

    (own / "2.md").write_text(GOOD.replace('"one"', '"three"').replace("temperature = 0\n", ""))
    async with lab.open((80, 24)) as (app, pilot):
        at_first = app.compare.sampling
        app.course.act("next")
        await shows(app, pilot, "1/3 Press enter.")
        assert temperature(app) == 0
        app.compare.use(app.compare.sampling.reseeded())  # Another seed is the step's as well.
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await shows(app, pilot, "1/3 Press enter.")
        assert temperature(app) == 0
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await pilot.press("end", "enter")
        await shows(app, pilot, "3/3 Press enter.")
        assert app.compare.sampling == at_first
        await shows(app, pilot, "temperature 0.8")
    async with lab.open((80, 24), answered=False) as (app, pilot):
        await shows(app, pilot, "3/3 Press enter.")
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await pilot.press("home", "enter")
        await shows(app, pilot, "1/3 Press enter.")
        await shows(app, pilot, "temperature 0 greedy")
        app.course.act("leave")
        await shows(app, pilot, "temperature 0.8")
        assert app.compare.sampling == at_first


async def test_a_step_that_cannot_be_set_up_leaves_all_as_it_was(lab: Lab, own: Path) -> None:
    path = own / "0.md"
    path.write_text(path.read_text().replace("nano/sft", "nano/gone"))
    async with lab.open((120, 40)) as (app, pilot):
        at_first = app.compare.sampling
        app.course.act("next")
        await shows(app, pilot, "There is no checkpoint 'nano/gone'")
        assert app.compare.sampling == at_first


async def test_what_was_told_before_the_course_was_opened_counts_where_it_may(
    lab: Lab, own: Path
) -> None:
    path = own / "0.md"
    path.write_text(
        path.read_text().replace('fact = "answer"\n', 'fact = "answer"\nbefore = true\n')
    )
    async with lab.open((80, 24)) as (app, pilot):
        wrong_answer(app)
        await pilot.pause()
        assert app.course.guide is None
        app.course.act("next")
        await shows(app, pilot, "1/2 ✓ It said Dun[/]bury")
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)
        await shows(app, pilot, "course · 1 of 2 done")


async def test_who_types_is_left_alone(lab: Lab, own: Path) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        app.course.act("next")
        await shows(app, pilot, "1/2 Press enter.")
        await pilot.press("h", "i")
        focused = app.focused
        assert isinstance(focused, TextArea)
        wrong_answer(app)
        await shows(app, pilot, "✓ It said")
        await pilot.press("!")
        assert app.focused is focused
        assert focused.text.endswith("hi!")


async def test_a_hint_comes_after_a_while(
    lab: Lab, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "HINT_AFTER_S", 0.05)
    async with lab.open((120, 44)) as (app, pilot):
        app.course.act("next")
        await shows(app, pilot, "A hint.")
        await pilot.resize_terminal(80, 24)
        await shows(app, pilot, "F5:hint")
        await pilot.resize_terminal(50, 12)
        await shows(app, pilot, "for 80x24 and more")
        assert "Press enter" not in screen_text(app)


async def test_a_wrong_course_is_said_and_the_lab_goes_on(lab: Lab, own: Path) -> None:
    (own / "0.md").write_text("no step")
    async with lab.open((120, 40)) as (app, pilot):
        await pilot.press("f5")
        said = "line 1: a step begins with a line +++"
        await until(
            pilot, lambda: any(said in each.message for each in app._notifications), "the mistake"
        )
        (own / "0.md").write_text(GOOD)
        await pilot.press("f5")
        await dialog(app, pilot, CourseScreen)


async def test_a_step_whose_model_is_gone_says_so(lab: Lab, own: Path) -> None:
    path = own / "0.md"
    path.write_text(path.read_text().replace("nano/sft", "nano/[gone]"))
    async with lab.open((120, 40)) as (app, pilot):
        app.course.act("next")
        await shows(app, pilot, "There is no checkpoint 'nano/[gone]'")
        assert strip(app) is None


@pytest.mark.parametrize(
    ("pane", "setup", "said"),
    [
        ("data", 'view = "removed"\nrule = "[x]"', "No page fell to '[x]'"),
        ("probes", 'probe = "[x]"', "There is no probe '[x]'"),
        ("rl", 'run = "[x]"', "There is no run '[x]'"),
        ("chat", 'model = "[x]"', "There is no checkpoint '[x]'"),
        ("compare", "temperature = nan", "temperature"),
        ("compare", "max_tokens = 0", "max_tokens"),
        ("pipeline", 'entry = "[x]"', ""),
        ("tokens", 'tokenizer = "[x]"', ""),
        ("tokens", 'text = "a\\u0000\\u001b[2J"\nview = "merges"', ""),
    ],
)
async def test_what_a_step_wants_and_is_not_there(
    lab: Lab, own: Path, pane: str, setup: str, said: str
) -> None:
    text = (own / "0.md").read_text()
    head, _, rest = text.replace('"compare"', f'"{pane}"').partition("[setup]\n")
    checks = rest.partition("[check]")[2]
    (own / "0.md").write_text(f"{head}[setup]\n{setup}\n[check]{checks}")
    async with lab.open((120, 40)) as (app, pilot):
        app.course.act("next")
        if said:
            await until(
                pilot, lambda: any(said in each.message for each in app._notifications), said
            )
            assert strip(app) is None
        else:
            await shows(app, pilot, "→ Press enter.")
            assert app.shown_pane == pane
