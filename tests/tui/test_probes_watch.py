from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import LabError
from engine.files import write_json
from engine.paths import probes_folder
from engine.probes import store
from engine.probes.plan import ProbePlan
from engine.probes.record import Record
from tui.bench.scripted_probes import ScriptedFolder, ScriptedProbes, probe_status, question, record
from tui.probes import head_text, source
from tui.probes.source import Listed, ProbesOnDisk
from tui.probes.watch import ProbeWatch, Shown

N = 6


def on_disk(name: str, state: str = "done", folder: Path | None = None, **plan: Any) -> Path:
    """A probe's folder with questions and no answers."""
    path = (folder or probes_folder()) / name
    path.mkdir(parents=True)
    probe_status(name, state, path=path, done=1, total=N).save()
    write_json(path / "plan.json", ProbePlan(checkpoint="nano/idk", **plan).to_json())
    store.write_questions(path / store.QUESTIONS, [question(n) for n in range(N)])
    return path


def append(path: Path, *records: Record, before: bool = False) -> None:
    with (path / (store.ANSWERS_AGAINST if before else store.ANSWERS)).open("a") as file:
        file.writelines(json.dumps(each.to_json()) + "\n" for each in records)


def records(n: int = N) -> list[Record]:
    rng = random.Random(1)
    return [record(question(number), rng) for number in range(n)]


async def watching(name: str | None = None) -> ProbeWatch:
    watch = ProbeWatch(ProbesOnDisk)
    await watch.refresh()
    found = watch.named(name) if name else watch.worth_seeing()
    assert found is not None
    await watch.show(found)
    await watch.refresh()
    return watch


def shown(watch: ProbeWatch) -> Shown:
    assert watch.shown is not None
    return watch.shown


async def test_a_finished_probe_is_read_whole_with_its_figures() -> None:
    path = on_disk("facts-0001", against="nano/sft")
    append(path, *records())
    append(path, *records(2), before=True)
    write_json(path / store.FIGURES, {"headline": {"head_accuracy": 0.5}})
    write_json(path / store.LEFT_OUT, ["Line 3 is no JSON."])
    watch = await watching()
    book = shown(watch).book
    assert (book.n_answered, len(book.questions), book.compares) == (N, N, True)
    assert shown(watch).figures == {"headline": {"head_accuracy": 0.5}}
    assert "1 question left out: o says why" in head_text.note(shown(watch))
    assert not (await watch.refresh()).places


async def test_answers_are_seen_as_they_come_and_half_a_line_is_not() -> None:
    path = on_disk("facts-0001", "stopped")
    made = records()
    append(path, made[0])
    watch = await watching()
    assert shown(watch).book.n_answered == 1
    line = json.dumps(made[1].to_json()) + "\n"
    with (path / store.ANSWERS).open("a") as file:
        file.write(line[:40])
        file.flush()
        assert (await watch.refresh()).places == []
        file.write(line[40:])
        file.flush()
        assert (await watch.refresh()).places == [1]


async def test_questions_that_are_still_being_made_come_later() -> None:
    path = on_disk("facts-0001", "stopped")
    questions = (path / store.QUESTIONS).read_bytes()
    (path / store.QUESTIONS).unlink()
    append(path, *records(1))
    watch = await watching()
    assert shown(watch).book.questions == ()
    (path / store.QUESTIONS).write_bytes(questions)
    news = await watch.refresh()
    assert news.book
    assert news.places == [0]


async def test_a_damaged_file_is_a_sentence_and_the_rest_is_shown() -> None:
    path = on_disk("facts-0001")
    append(path, *records())
    (path / store.FIGURES).write_text("{")
    watch = await watching()
    assert shown(watch).book.n_answered == N
    assert "figures.json" in head_text.note(shown(watch))
    (path / "plan.json").write_text('{"checkpoint": 3, "odd": 1}')
    with pytest.raises(LabError, match="plan"):
        await watch.show(watch.listed[0])


async def test_an_unreadable_probe_is_left_out_of_the_list() -> None:
    on_disk("facts-0001")
    (on_disk("facts-0002") / "status.json").write_text("[]")
    own = [each for each in ProbesOnDisk().listed() if not each.shipped]
    assert [each.status.name for each in own] == ["facts-0001"]


async def test_shipped_ones_come_last_and_are_not_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "checkpoints"
    on_disk("idk", "done", shipped / "nano" / "probes")
    monkeypatch.setattr(source.paths, "shipped_folder", lambda: shipped)
    watch = await watching()
    assert shown(watch).listed.shipped
    assert shown(watch).listed.key == str(shipped / "nano" / "probes" / "idk")
    assert watch.named("idk") is None
    assert "ships with the lab" in head_text.title(shown(watch), 120).plain
    on_disk("idk", "stopped")
    await watch.refresh()
    assert [each.shipped for each in watch.listed] == [False, True]
    assert watch.named("idk") == watch.listed[0]


async def test_what_is_at_work_is_shown_first_and_says_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probes = ScriptedProbes()
    asked = [question(n) for n in range(10)]
    probes.add(probe_status("a", "done", done=10, total=10), ScriptedFolder(asked, records()))
    running = probes.add(
        probe_status("b", "running", done=2, total=10), ScriptedFolder(asked, (), pace=1)
    )
    probes.add(probe_status("c", "starting", total=0), ScriptedFolder((), ()))
    probes.all.insert(0, probes.all.pop(1))
    watch = ProbeWatch(lambda: probes)
    await watch.refresh()
    assert watch.worth_seeing() == running
    clock = iter(range(100, 200, 10))
    monkeypatch.setattr("tui.probes.watch.time", SimpleNamespace(monotonic=lambda: next(clock)))
    await watch.show(running)
    await watch.refresh()
    assert shown(watch).eta_s() is None
    probes.all[0] = Listed(probe_status("b", "running", done=4, total=10))
    await watch.refresh()
    assert shown(watch).eta_s() == 30.0
    assert "40% · 30 s left" in head_text.title(shown(watch), 120).plain


@pytest.mark.parametrize("width", [40, 60, 77, 120])
def test_how_far_it_is_fits_into_any_width(width: int) -> None:
    listed = Listed(probe_status("x", "running", done=1, total=4))
    plan = ProbePlan(checkpoint="nano/idk", against="nano/sft")
    title = head_text.title(Shown(listed, plan, ScriptedFolder((), ())), width)
    assert title.cell_length <= width
    assert "25%" in title.plain


def test_a_file_is_called_by_its_name_on_any_system() -> None:
    for path in ("/home/me/q.jsonl", "C:\\me\\q.jsonl"):
        plan = ProbePlan(checkpoint="x", source="file", questions_path=path)
        assert head_text.source_words(plan) == "q.jsonl"
