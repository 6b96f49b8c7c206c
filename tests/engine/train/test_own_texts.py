"""Base runs on a corpus: what they say of it, and that they go on with the very same one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from fake_hub import FakeHub, serving, shard
from huggingface_hub import constants

from engine import paths, runs
from engine.data.crawl.build import build
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import DataError, LabError, RunError
from engine.files import read_json, write_json
from engine.manifest import find_checkpoint, read_manifest
from engine.runs import EventTail, RunStatus
from engine.special import BOS
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.train.__main__ import train
from engine.train.corpus import data_hash, page_documents
from engine.train.journal import Journal
from engine.train.own_texts import CORPUS, prepare_own
from engine.train.recipe import Recipe, recipe
from engine.train.setup import BASE_PROMPT, Setup
from engine.vocab import training
from engine.vocab.find import TOKENIZER, TRAINING
from engine.vocab.training import train_tokenizer

STEPS = 6
CPU = torch.device("cpu")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    texts = [page.text for page in web_of(PICO_WORLD).pages[:150]]
    for number in range(3):
        part = texts[number * 50 : number * 50 + 50]
        lines = "".join(json.dumps({"text": text}) + "\n" for text in part)
        (folder / f"{number}.jsonl").write_text(lines)
    return folder


def new_run(data: object, *, steps: int = STEPS, tokenizer: str | None = None) -> RunStatus:
    values = runs.recipe("base", "pico", steps=steps, data=str(data), tokenizer=tokenizer)
    return runs.create_run(replace(values, save_every_s=0.01), from_checkpoint=None, name=None)


def prepared(status: RunStatus) -> Setup:
    values = Recipe.from_json(read_json(status.path / "recipe.json"))
    assert values.data is not None
    return prepare_own(values, values.data, CPU, Journal(status))


def weights(status: RunStatus) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(status.path / f"state-{STEPS:07d}.safetensors")


def last_state(status: RunStatus) -> tuple[str, str]:
    """How a run ended, by its events: the heart of an earlier life of it here still beats."""
    event = [e for e in EventTail(status.path).read() if e["type"] == "state"][-1]
    return event["state"], event["message"]


def failure(status: RunStatus) -> str:
    assert train(status.name) == 2
    state, message = last_state(status)
    assert state == "failed"
    return message


def test_killed_and_resumed_is_bit_identical(corpus: Path) -> None:
    status = new_run(corpus)
    assert train(status.name) == 0
    again = new_run(corpus)
    call = f"from engine.train.__main__ import train; train({again.name!r})"
    child = subprocess.Popen([sys.executable, "-c", call])
    while not list(again.path.glob("state-*")):
        assert child.poll() is None
        time.sleep(0.01)
    child.kill()
    child.wait()
    assert not (again.path / f"state-{STEPS:07d}.safetensors").exists()
    assert runs.read_status(again.name).state == "lost"
    runs.prepare_resume(again.name)
    assert train(again.name) == 0
    for name, tensor in weights(status).items():
        assert torch.equal(weights(again)[name], tensor), name


def test_a_checkpoint_says_what_it_was_trained_on(corpus: Path) -> None:
    status = new_run(corpus, steps=2)
    assert train(status.name) == 0
    manifest = read_manifest(find_checkpoint(status.name).path)
    about = read_json(status.path / CORPUS)
    assert manifest["data"] == about
    assert about["data"] == str(corpus) == manifest["recipe"]["data"]
    assert about["sha256"] == manifest["data_sha256"]
    assert len(about["fingerprint"]) == 64
    assert 0 < about["texts"] <= 150
    follow_up = runs.create_run(
        runs.recipe("sft", "pico", steps=1), from_checkpoint=status.name, name=None
    )
    assert train(follow_up.name) == 0
    tokenizers = [load_tokenizer(find_checkpoint(s.name).path) for s in (status, follow_up)]
    assert tokenizers[0].ranks == tokenizers[1].ranks


def test_a_corpus_that_has_changed_is_not_gone_on_with(corpus: Path) -> None:
    status = new_run(corpus)
    prepared(status)
    about = read_json(status.path / CORPUS)
    write_json(status.path / CORPUS, {**about, "sha256": "0" * 64})
    assert "has changed since this run began" in failure(status)
    write_json(status.path / CORPUS, about)
    with (corpus / "2.jsonl").open("a") as file:
        file.write('{"text": "one more"}\n')
    assert "has changed since this run began" in failure(status)
    shutil.rmtree(corpus)
    assert f"no corpus '{corpus}'" in failure(status)


def test_a_run_of_a_hub_stays_at_its_commit(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [page.text for page in web_of(PICO_WORLD).pages]
    hub = FakeHub(files={f"{n}.parquet": shard(texts[n::9]) for n in range(9)})
    train_tokenizer(str(corpus), 300, "small", lambda *_: None)
    with serving(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        status = new_run("hf:org/tiny", steps=1, tokenizer="small")
        before = prepared(status)
        assert 0 < len(hub.served) < 9
        assert before.data is not None
        assert before.data["data"] == f"hf:org/tiny@{hub.commit}"
        assert texts[-1].split()[0] not in before.prompt
        hub.commit = "b" * 40
        hub.files = {"0.parquet": shard(["other"] * 99)}
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    after = prepared(status)
    assert after.data == before.data
    assert data_hash(after.documents) == data_hash(before.documents)


def test_of_the_pocket_web_the_same_pages_are_held_out_as_ever(tmp_path: Path) -> None:
    build("pico", tmp_path / "crawl")
    setup = prepared(new_run(tmp_path / "crawl", steps=1))
    pages = page_documents([p.text for p in web_of(PICO_WORLD).heldout_pages], setup.tokenizer)
    assert setup.heldout == pages
    assert setup.prompt == BASE_PROMPT
    shutil.rmtree(paths.runs_folder())
    (tmp_path / "crawl" / "crawl.json").unlink()
    assert prepared(new_run(tmp_path / "crawl", steps=1)).heldout != pages


def test_a_tokenizer_of_its_own_is_kept_with_the_run(corpus: Path) -> None:
    about, folder = train_tokenizer(str(corpus), 400, "mine", lambda *_: None)
    first = prepared(new_run(corpus, tokenizer="mine"))
    assert first.tokenizer.n_vocab == first.model.config.vocab_size == about.n_vocab == 400
    shutil.rmtree(folder)
    (status,) = runs.list_runs()
    assert data_hash(prepared(status).documents) == data_hash(first.documents)


def test_the_web_can_be_cut_by_a_tokenizer_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "NANO_WORLD", PICO_WORLD)
    about, _ = train_tokenizer(None, 300, "small", lambda *_: None)
    assert (about.data, about.fingerprint) == ("web", None)
    assert about.n_texts == len(web_of(PICO_WORLD).pages)
    values = runs.recipe("base", "pico", steps=1, tokenizer="small")
    status = runs.create_run(values, from_checkpoint=None, name=None)
    assert train(status.name) == 0
    assert load_tokenizer(find_checkpoint(status.name).path).n_vocab == 300


def imported(folder: Path) -> None:
    """A Hugging Face folder, whose tokens somebody else may have chosen."""
    nano = find_checkpoint("nano/base").path
    (folder / TOKENIZER).write_bytes((nano / TOKENIZER).read_bytes())


def without_marks(folder: Path) -> None:
    """A tokenizer of the lab's that knows no conversations."""
    Tokenizer.train(["text"], 300, [BOS]).save(folder / TOKENIZER)
    (folder / TRAINING).write_text("{}")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (imported, "is not of the lab's kind"),
        (without_marks, "has no <|system_start|>"),
        ("nano/base", "has 2,048 entries, but the preset's model has room for 512"),
        ("none", "no checkpoint 'none'"),
    ],
)
def test_tokenizers_that_do_not_fit(
    make: str | Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    name = make if isinstance(make, str) else str(tmp_path)
    if not isinstance(make, str):
        make(tmp_path)
    with pytest.raises(LabError, match=re.escape(sentence)):
        runs.create_run(recipe("base", "pico", tokenizer=name), from_checkpoint=None, name=None)
    assert not runs.list_runs(), "half a run was left"


def test_a_corpus_that_is_not_there_starts_no_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no corpus"):
        new_run(tmp_path / "none")
    assert not runs.list_runs()


def test_too_few_texts_end_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Only one text.")
    assert "has 1 texts" in failure(new_run(tmp_path / "a.txt"))


def test_a_reading_can_be_stopped_and_gone_on_with(corpus: Path) -> None:
    status = new_run(corpus)
    write_json(status.path / "control.json", {"action": "stop"})
    assert train(status.name) == 0
    assert last_state(status)[0] == "stopped"
    runs.prepare_resume(status.name)
    assert train(status.name) == 0
    assert last_state(status)[0] == "done"


@pytest.mark.parametrize("option", ["data", "tokenizer"])
@pytest.mark.parametrize("stage", ["sft", "idk"])
def test_only_base_runs_have_a_corpus_and_a_tokenizer(stage: str, option: str) -> None:
    with pytest.raises(RunError, match=rf"{option} = 'x' is for base runs"):
        recipe(stage, "pico", **{option: "x"})


def test_recipes_of_before_there_were_corpora_are_read() -> None:
    data = recipe("base", "pico").to_json()
    del data["data"], data["tokenizer"]
    assert Recipe.from_json(data) == recipe("base", "pico")
