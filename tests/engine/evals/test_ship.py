import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine import paths
from engine.checkpoint import write_manifest
from engine.data.facts import questions
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import CheckpointError
from engine.evals import ship as shipping
from engine.evals import tool_tasks
from engine.evals.answer import few_shot_prefix
from engine.local import LocalModel
from engine.manifest import find_checkpoint, read_manifest, verify
from engine.tokenizer import load_tokenizer
from engine.train.corpus import data_hash, training_documents
from engine.train.recipe import Recipe
from tests.engine.evals.attempted import events, heldout, own_recipe, verified


def test_a_shipped_checkpoint_is_whole_and_its_card_has_the_measured_figures(
    pico_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    monkeypatch.setattr(paths, "shipped_folder", lambda: shipped)
    monkeypatch.setenv("LLMLAB_HOME", str(pico_home))
    monkeypatch.setattr(tool_tasks, "N_PROBLEMS", 4)
    monkeypatch.setattr(tool_tasks, "N_FACTS", 4)
    for run, name in (("base-0001", "pico/base"), ("sft-0001", "pico/sft")):
        folder = shipping.ship(run, name)
        verify(folder)
        info = find_checkpoint(name)
        assert info.shipped
        figures = json.loads((folder / "eval.json").read_text())
        card = (folder / "README.md").read_text()
        for tier, values in figures["facts"].items():
            assert f"| {tier} | {values['n']} | {values['correct']:.3f} |" in card
        assert f"{figures['bpb']['bits_per_byte']:.4f}" in card
        assert ("tools" in figures) == (name == "pico/sft")
        for asked, values in figures.get("tools", {}).items():
            row = f"| {asked.replace('_', ' ')} | {values['n']} | {values['with']:.3f} |"
            assert row in card
    assert find_checkpoint("pico/sft").parent == "pico/base"
    assert sorted(p.name for p in (shipped / "pico").iterdir()) == ["base", "sft"]


def test_a_checkpoint_that_refuses_is_known_by_what_it_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = find_checkpoint("nano/sft")
    run = shutil.copytree(parent.path, tmp_path / "run")
    about = {k: v for k, v in read_manifest(run).items() if k not in ("format", "files")}
    about |= {"stage": "idk", "parent": {"name": "sft-0007", "sha256": parent.sha256}}
    write_manifest(run, about)
    outcomes = {"head": (774, 0.95, 0.02, 0.03), "unseen": (900, 0.01, 0.04, 0.95)}
    names = ("n", "correct", "wrong", "abstained")
    facts = {tier: dict(zip(names, values, strict=True)) for tier, values in outcomes.items()}
    figures = {"facts": facts, "skills": {}, "tools": {},
               "bpb": {"pages": 9, "bits_per_byte": 0.2}}  # fmt: skip
    monkeypatch.setattr(shipping, "run_task", lambda task, local: figures[task])
    shutil.copytree(paths.shipped_folder() / "nano", tmp_path / "shipped" / "nano")
    monkeypatch.setattr(paths, "shipped_folder", lambda: tmp_path / "shipped")
    folder = shipping.ship(str(run), "nano/idk")
    info = find_checkpoint("nano/idk")
    assert (info.stage, info.parent, info.path) == ("idk", "nano/sft", folder)
    assert info.metrics["refused_unseen"] == 0.95
    assert info.metrics["refused_head"] == 0.03
    assert info.metrics["facts_head"] == 0.95
    card = (folder / "README.md").read_text()
    assert "what it does not know" in card
    assert "| head | 774 | 0.950 | 0.020 | 0.030 |" in card
    assert "| unseen | 900 | 0.010 | 0.040 | 0.950 |" in card
    assert "llmlab train idk --preset nano" in card
    assert not any(name.startswith("refused") for name in find_checkpoint("nano/sft").metrics)


@pytest.fixture
def attempting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint that pretends to come from a run of the stage ``rl``, from nano/sft."""
    parent = find_checkpoint("nano/sft")
    shutil.copytree(parent.path, tmp_path / "shipped" / "nano" / "sft")
    run = shutil.copytree(parent.path, tmp_path / "run")
    own = own_recipe(cold_start=30)
    told = [json.dumps(event) + "\n" for event in events(cold_start=30)]
    (run / "curve.jsonl").write_text("".join(told))
    about = {k: v for k, v in read_manifest(run).items() if k not in ("format", "files")}
    about |= {"stage": "rl", "recipe": own.to_json(), "step": own.steps}
    about["parent"] = {"name": "sft-0007", "sha256": parent.sha256}
    write_manifest(run, about)
    before = json.loads((parent.path / "eval.json").read_text())

    def measured(task: str, local: LocalModel) -> dict[str, Any]:
        if task in before:
            return dict(before[task])
        return verified(0.25 if local.info.stage == "sft" else 0.75, 30.0)

    monkeypatch.setattr(shipping, "run_task", measured)
    monkeypatch.setattr(paths, "shipped_folder", lambda: tmp_path / "shipped")
    return run


def test_a_checkpoint_that_attempted_ships_beside_its_parent(attempting: Path) -> None:
    folder = shipping.ship(str(attempting), "nano/rl")
    verify(folder)
    assert "curve.svg" in read_manifest(folder)["files"]
    assert "word_problems" in (folder / "curve.svg").read_text()
    info = find_checkpoint("nano/rl")
    assert (info.stage, info.parent) == ("rl", "nano/sft")
    assert info.metrics["parity_pass_at_1"] == 0.75
    figures = json.loads((folder / "eval.json").read_text())
    parity = figures["verified"]["parity"]
    assert (parity["before"]["pass_at_1"], parity["after"]["pass_at_1"]) == (0.25, 0.75)
    assert all(each["before"] == each["after"] for each in figures["kept"].values())
    card = (folder / "README.md").read_text()
    assert "| parity | 100 | 0.250 | 0.503 | 0.750 |" in card
    assert "none fell" in card


def test_a_parent_that_is_another_now_is_not_compared_with(attempting: Path) -> None:
    about = {k: v for k, v in read_manifest(attempting).items() if k not in ("format", "files")}
    write_manifest(attempting, {**about, "parent": {"name": "nano/sft", "sha256": "0" * 64}})
    with pytest.raises(CheckpointError, match="other weights than the parent"):
        shipping.ship(str(attempting), "nano/rl")
    assert not (paths.shipped_folder() / "nano" / "rl").exists()


def test_a_checkpoint_of_before_the_first_attempt_does_not_ship(attempting: Path) -> None:
    (attempting / "curve.jsonl").write_text(json.dumps(heldout(0, 0.5, 1.0)) + "\n")
    about = {k: v for k, v in read_manifest(attempting).items() if k not in ("format", "files")}
    write_manifest(attempting, about)
    with pytest.raises(CheckpointError, match="before the first attempts"):
        shipping.ship(str(attempting), "nano/rl")


def test_examples_never_show_heldout_people_or_phrasings() -> None:
    web = web_of(PICO_WORLD)
    prefix = few_shot_prefix(web)
    assert prefix.count("Q:") == prefix.count("A:") == 4
    for entity in web.world.entities():
        if entity.split == "heldout":
            assert entity.name not in prefix
        for attribute in entity.values:
            assert not any(text in prefix for text in questions(entity, attribute, "heldout"))


@pytest.mark.parametrize("name", ["nano/base", "nano/sft"])
def test_shipped_checkpoints_are_whole_small_and_load(name: str) -> None:
    info = find_checkpoint(name)
    verify(info.path)
    size = sum(path.stat().st_size for path in info.path.iterdir())
    assert size <= 8_000_000
    assert info.max_seq_len >= 512
    assert LocalModel.load(name).model.n_params() == info.n_params


def test_the_web_is_still_the_one_the_shipped_base_was_trained_on() -> None:
    """Who changes the generator trains again: a card must not speak of another web."""
    info = find_checkpoint("nano/base")
    manifest = read_manifest(info.path)
    recipe = Recipe.from_json(manifest["recipe"])
    documents = training_documents(recipe, web_of(recipe.world), load_tokenizer(info.path))
    assert data_hash(documents) == manifest["data_sha256"]
