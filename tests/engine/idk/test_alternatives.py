"""The alternatives: what each is made of, and the table end to end at the pico preset."""

import hashlib
import itertools
import json
import math
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from probed import question, record

from engine import runs, special
from engine.checkpoint import load_model
from engine.data.strangers import Strangers
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import CheckpointError, ProbeError, RunError
from engine.events import Completion
from engine.files import read_jsonl, write_json
from engine.idk.alternatives import compare as comparing
from engine.idk.alternatives.asked_once import AskedOnce
from engine.idk.alternatives.compare import Comparison, compare
from engine.idk.alternatives.measured import Measured
from engine.idk.alternatives.pairs import FILE, pairs_of
from engine.idk.alternatives.rows import harmonic_mean, in_order, markdown, row_of
from engine.idk.alternatives.rtuning import by_outcome
from engine.idk.alternatives.threshold import best_threshold, refusing_below
from engine.idk.alternatives.trained import training_seconds
from engine.idk.alternatives.ways import REFUSAL, shown
from engine.idk.corpus import Known
from engine.local import LocalModel
from engine.manifest import find_checkpoint
from engine.probes.agreement import confidence
from engine.probes.judges import is_refusal, judges_for
from engine.probes.question import Question
from engine.probes.record import Outcome, Record
from engine.runs import RunStatus
from engine.tokenizer import load_tokenizer
from engine.train.__main__ import train
from engine.train.recipe import recipe
from tui.cli import main

WEB = web_of(PICO_WORLD)


@pytest.fixture
def home(pico_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own with the pico sft run in it."""
    home = tmp_path / "home"
    shutil.copytree(pico_home / "runs" / "sft-0001", home / "runs" / "sft-0001")
    monkeypatch.setenv("LLMLAB_HOME", str(home))
    return home


# The threshold


def scored(pairs: Sequence[tuple[float, Outcome]]) -> list[Record]:
    made = [record(f"q{number}", outcome) for number, (_, outcome) in enumerate(pairs)]
    return [
        replace(
            each,
            greedy=replace(each.greedy, mean_logprob=math.log(score), min_logprob=math.log(score)),
        )
        for each, (score, _) in zip(made, pairs, strict=True)
    ]


@pytest.mark.parametrize(
    ("pairs", "threshold"),
    [
        ([(0.9, "correct"), (0.8, "correct"), (0.4, "wrong"), (0.2, "wrong")], 0.6),
        ([(0.9, "correct"), (0.5, "wrong"), (0.4, "correct"), (0.2, "wrong")], 0.3),
        ([(0.9, "correct"), (0.8, "correct")], 0.0),
        ([(0.9, "wrong"), (0.8, "wrong")], 0.0),
        ([(0.9, "wrong"), (0.2, "correct")], 0.0),
        ([(0.5, "correct"), (0.5, "wrong")], 0.0),
        ([(0.9, "correct"), (0.7, "abstained"), (0.3, "wrong")], 0.6),
        ([], 0.0),
    ],
)
def test_the_threshold_parts_right_from_wrong(
    pairs: list[tuple[float, Outcome]], threshold: float
) -> None:
    assert best_threshold(scored(pairs)) == pytest.approx(threshold)


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from(["correct", "wrong"])), min_size=2, max_size=12
    )
)
def test_no_other_threshold_has_a_larger_j(pairs: list[tuple[int, Outcome]]) -> None:
    records = scored([(score / 10, outcome) for score, outcome in pairs])
    right = [confidence(r.greedy) for r in records if r.greedy.outcome == "correct"]
    wrong = [confidence(r.greedy) for r in records if r.greedy.outcome == "wrong"]
    if not right or not wrong:
        return

    def youden(threshold: float) -> float:
        kept = [sum(score >= threshold for score in some) / len(some) for some in (right, wrong)]
        return kept[0] - kept[1]

    best = max(youden(n / 20) for n in range(1, 20))
    assert youden(best_threshold(records)) == pytest.approx(max(0.0, best))


def test_what_is_less_sure_counts_as_refused_and_nothing_else_changes() -> None:
    records = scored([(0.9, "correct"), (0.6, "wrong"), (0.5, "wrong"), (0.2, "correct")])
    refused = refusing_below(records, 0.55)
    assert [r.greedy.outcome for r in refused] == ["correct", "wrong", "abstained", "abstained"]
    assert [r.greedy.text for r in refused] == [r.greedy.text for r in records]
    assert records[2].greedy.outcome == "wrong"


# The figures


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [(0.5, 0.5, 0.5), (1.0, 0.5, 2 / 3), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (None, 1.0, None)],
)
def test_harmonic_mean(a: float | None, b: float | None, expected: float | None) -> None:
    assert harmonic_mean(a, b) == (expected if expected is None else pytest.approx(expected))


def test_a_row_by_hand() -> None:
    groups = ["head", "head", "head", "tail", "unseen", "unseen", "stranger", "stranger"]
    questions = [
        question(n, group=group, answer=None if group == "stranger" else "x")
        for n, group in enumerate(groups)
    ]
    now: list[Outcome] = ["correct", "abstained", "wrong", "correct", "abstained", "wrong",
                          "abstained", "wrong"]  # fmt: skip
    then: list[Outcome] = ["correct", "correct", "wrong", *["wrong"] * 5]  # type: ignore[list-item]
    records, before = (
        [record(q.id, outcome) for q, outcome in zip(questions, outcomes, strict=True)]
        for outcomes in (now, then)
    )
    row = row_of(questions, records, before, way="dpo", title="D|P\nO", checkpoint="c", sha256="s")
    assert row.refused_unseen == row.refused_strangers == row.refused_known == 0.5
    assert row.right_head == pytest.approx(1 / 3)
    assert row.right == pytest.approx(2 / 6)
    assert row.right_of_attempted == pytest.approx(2 / 4)
    assert row.wrong == pytest.approx(2 / 6)
    assert row.f == pytest.approx(0.4)
    line = next(line for line in markdown([row], "heldout", 3).splitlines() if "P O" in line)
    assert line.startswith("| D\\|P O | 0.500 | 0.500 | 0.500 | 0.333 |")
    assert line.endswith("| 0.400 | 0 |")


# What was measured stays measured


def said(text: str) -> Completion:
    return Completion((1,), (5, 6), text, (-0.5, -0.25), "stop")


class Counting:
    """Answers questions, and remembers which."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> list[Completion]:
        self.asked += texts
        return [said("I do not know.") for _ in texts]


def never() -> Counting:
    raise AssertionError("nothing is left to ask")


def test_answers_are_asked_for_once(tmp_path: Path) -> None:
    questions = [question(n) for n in range(5)]
    with judges_for(None) as judge:
        measured = Measured(tmp_path, questions, judge, print)
        answers = Counting()
        first = measured.records("way", "sha", lambda: answers)
        assert measured.records("way", "sha", never) == first
        assert [r.greedy.outcome for r in first] == ["abstained"] * 5
        assert answers.asked == [q.text for q in questions]
        # A kill in the middle of a line: that one alone is asked again.
        (file,) = tmp_path.iterdir()
        file.write_bytes(file.read_bytes()[:-7])
        answers.asked.clear()
        assert measured.records("way", "sha", lambda: answers) == first
        assert answers.asked == [questions[-1].text]
        # Other weights, another way, other questions: asked anew.
        others = [*questions[:4], question(4, text="Something else?")]
        for way, sha256, asked in (
            ("way", "another sha", questions),
            ("another way", "sha", questions),
            ("way", "sha", others),
        ):
            answers.asked.clear()
            Measured(tmp_path, asked, judge, print).records(way, sha256, lambda: answers)
            assert answers.asked == [q.text for q in asked]


# What R-Tuning and DPO learn from


def test_rtuning_refuses_what_was_wrong_as_the_whole_answer() -> None:
    people = {person.name: person for person in WEB.world.people[:4]}
    asked = [
        Question(id=name, text="?", answer="", entity=name, attribute="hobby", judging="world")
        for name in people
    ]
    outcomes: list[Outcome] = ["correct", "wrong", "abstained", "correct"]
    records = [record(q.id, outcome) for q, outcome in zip(asked, outcomes, strict=True)]
    about, rng = by_outcome(asked, records, people), random.Random(1)
    met: dict[str, set[bool]] = {}
    for _ in range(200):
        exchange = about(rng)
        (name,) = [name for name in people if name in exchange.question]
        met.setdefault(name, set()).add(is_refusal(exchange.answer, asked=exchange.question))
        assert is_refusal(exchange.answer) or people[name].values["hobby"] in exchange.answer
    assert met == {
        name: {outcome != "correct"} for name, outcome in zip(people, outcomes, strict=True)
    }


@pytest.fixture
def parent(pico_sft: Path) -> LocalModel:
    return LocalModel.load(str(pico_sft))


def unknown_people(count: int) -> list[tuple[object, str]]:
    strangers, rng = Strangers(WEB.world, "dialogue"), random.Random(5)
    return [(strangers.draw(rng), "birthplace") for _ in range(count)]


def test_pairs_share_all_that_stands_before_the_value(parent: LocalModel, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(parent.info.path)
    model = load_model(parent.info.path)
    found = Known({}, {"new": unknown_people(12), "tail": []})  # type: ignore[arg-type, dict-item]
    taught = recipe("idk", "pico", method="dpo", steps=4)
    made = pairs_of(taught, parent, model, tokenizer, WEB, found, tmp_path)
    end = tokenizer.special[special.ASSISTANT_END]
    assert 1 <= len(made) <= 4 * 2048 // 256 // 2
    for pair in made:
        choice = pair.choice
        assert choice.preferred[0] != choice.rejected[0], "they part at the value"
        assert choice.preferred[-1] == choice.rejected[-1] == end
        refusal = tokenizer.decode(choice.preferred[:-1])
        assert refusal.startswith("...")
        assert is_refusal(refusal)
        assert not is_refusal(tokenizer.decode(choice.rejected[:-1]))
        # The model's own: greedy from the very prompt.
        ids = torch.tensor([[*choice.prompt, *choice.rejected]])
        with torch.no_grad():
            likeliest = model.unembed(model(ids))[0].argmax(-1).tolist()
        begin = len(choice.prompt) - 1
        assert likeliest[begin:-1] == list(choice.rejected)
        assert pair.parent_rejected > pair.parent_preferred
    # Read again, to the last digit, and without asking.
    again = pairs_of(taught, None, None, None, WEB, found, tmp_path)  # type: ignore[arg-type]
    assert again == made
    assert len(list(read_jsonl(tmp_path / FILE))) == len(made)


def test_without_a_pair_there_is_nothing_to_learn(parent: LocalModel, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("")
    taught = recipe("idk", "pico", method="dpo")
    tokenizer, model = load_tokenizer(parent.info.path), parent.model
    with pytest.raises(RunError, match="nothing to prefer"):
        pairs_of(taught, parent, model, tokenizer, WEB, Known({}, {}), tmp_path)


def test_examples_show_both_kinds_and_fit(parent: LocalModel) -> None:
    turns = shown(parent, WEB)
    answers = [turn.parts[0].text for turn in turns if turn.role == "assistant"]
    assert REFUSAL in answers
    assert len(parent.dialect.render_chat(turns)) <= parent.info.max_seq_len // 2


@pytest.mark.parametrize("method", ["value", "rtuning", "dpo"])
def test_a_method_is_of_the_stage_idk(method: str) -> None:
    assert recipe("idk", "nano", method=method).method == method
    if method != "value":
        assert recipe("idk", "nano", method=method).steps <= 200
        with pytest.raises(RunError, match=rf"method = '{method}' of a sft run"):
            recipe("sft", "nano", method=method)
    with pytest.raises(RunError, match="no method 'magic'"):
        recipe("idk", "nano", method="magic")


# The table


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs train in this process, which spares the imports; their names."""
    trained: list[str] = []

    def spawn(status: RunStatus) -> RunStatus:
        trained.append(status.name)
        assert train(status.name) == 0
        return status

    monkeypatch.setattr(runs, "spawn", spawn)
    return trained


WANTED = Comparison(parent="sft-0001", idk="sft-0001", per_group=2, steps=2)


def test_all_rows_end_to_end_and_nothing_twice(
    home: Path, in_process: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    steps = AskedOnce.run

    def counted(self: AskedOnce, *args: object) -> None:
        nonlocal asked
        asked += 1
        steps(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(AskedOnce, "run", counted)
    rows = in_order(compare(WANTED, print))
    assert [row.way for row in rows] == [
        "parent", "sentence", "examples", "threshold", "rtuning", "dpo", "search", "idk",
    ]  # fmt: skip
    assert in_process == ["idk-rtuning-0001", "idk-dpo-0001"]
    by_way = {row.way: row for row in rows}
    assert by_way["idk"].wrong == by_way["parent"].wrong, "the same checkpoint here"
    assert all(by_way[way].training_s for way in ("rtuning", "dpo"))
    assert by_way["parent"].training_s == 0
    # Both runs were given what was found out once.
    answers = [
        (home / "runs" / name / "idk" / "3-answers.jsonl").read_bytes() for name in in_process
    ]
    assert answers[0] == answers[1]
    for name, stage in zip(in_process, ("rtuning", "dpo"), strict=True):
        assert find_checkpoint(name).parent == "sft-0001"
        assert runs.read_status(name).state == "done"
        assert by_way[stage].sha256 == find_checkpoint(name).sha256
    # Again: no model is loaded, nothing asked, nothing trained, and every figure is the same.
    monkeypatch.setattr(comparing, "LocalModel", None)
    count = asked
    assert in_order(compare(WANTED, print)) == rows
    assert asked == count == 2
    assert len(in_process) == 2


def test_other_weights_are_measured_anew(home: Path, in_process: list[str]) -> None:
    without = Comparison(parent="sft-0001", idk="sft-0001", per_group=1, methods=())
    first = list(compare(without, print))
    folders = set((home / "alternatives").iterdir())
    manifest = next((home / "runs" / "sft-0001" / "checkpoints").glob("*/run.json"))
    weights = manifest.with_name("model.safetensors")
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    about = json.loads(manifest.read_text())
    about["files"]["model.safetensors"]["sha256"] = hashlib.sha256(bytes(data)).hexdigest()
    write_json(manifest, about)
    again = list(compare(without, print))
    assert {row.sha256 for row in first}.isdisjoint(row.sha256 for row in again)
    assert len(set((home / "alternatives").iterdir()) - folders) == 1


def test_a_training_beside_it_ends_in_a_sentence_and_the_rows_before_are_shown(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = runs.create_run(recipe("sft", "pico"), from_checkpoint="sft-0001", name="other")
    write_json(other.path / "status.json", {
        **json.loads((other.path / "status.json").read_text()), "state": "paused", "pid": 1,
        "heartbeat": 9e12,
    })  # fmt: skip
    out = tmp_path / "table.md"
    argv = ["probe", "alternatives", "--from", "sft-0001", "--idk", "sft-0001", "--per-group", "1"]
    assert main([*argv, "--out", str(out), "--json"]) == 2
    printed, narrated = capsys.readouterr()
    assert [row["way"] for row in json.loads(printed)] == [
        "parent", "sentence", "examples", "threshold", "search", "idk",
    ]  # fmt: skip
    assert "two trainings would slow each other down" in narrated.splitlines()[-1]
    assert out.read_text().count("\n| ") == 7


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"parent": "nobody"}, CheckpointError, "no checkpoint 'nobody'"),
        ({"idk": "nobody"}, CheckpointError, "no checkpoint 'nobody'"),
        ({"idk": "nano/sft"}, ProbeError, "another web"),
        ({"parent": "nano/base", "idk": "nano/sft"}, ProbeError, "nano/base answers no questions"),
    ],
)
def test_what_cannot_be_compared(
    home: Path, changes: dict[str, str], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        next(compare(Comparison(**{"parent": "sft-0001", "idk": "sft-0001", **changes}), print))  # type: ignore[arg-type]


def test_no_question_is_no_comparison() -> None:
    with pytest.raises(ProbeError, match="0 questions a group"):
        Comparison(per_group=0)


def test_only_one_process_compares(home: Path) -> None:
    first = compare(Comparison(parent="sft-0001", idk="sft-0001", per_group=1, methods=()), print)
    next(first)
    with pytest.raises(ProbeError, match="Another process compares"):
        next(compare(WANTED, print))
    first.close()  # type: ignore[attr-defined]


def test_an_out_that_is_no_markdown_is_refused_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "alternatives", "--out", "t.csv"]) == 2
    assert "ends in .md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [([0.5, 3.0, 7.0], 7.0), ([1.0, 8.0, 0.5, 4.0], 12.0), ([5.0], 5.0), ([], None)],
)
def test_seconds_of_all_processes_that_trained(
    pico_sft: Path, tmp_path: Path, elapsed: list[float], seconds: float | None
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(pico_sft, folder)
    lines = [json.dumps({"type": "step", "step": n, "elapsed_s": s}) for n, s in enumerate(elapsed)]
    lines = list(itertools.chain(lines, ['{"type": "eval", "step": 1}']))
    (folder / "curve.jsonl").write_text("\n".join(lines) + "\n")
    assert training_seconds(find_checkpoint(str(folder))) == seconds
    (folder / "curve.jsonl").unlink()
    assert training_seconds(find_checkpoint(str(folder))) is None
