from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from monofact_webs import plan

from engine import background
from engine.errors import LabError, ProbeError
from engine.probes.monofact import experiment, training
from engine.probes.monofact.claims import Claim
from engine.probes.monofact.draws import probabilities, written
from engine.probes.monofact.experiment import RESULT, run
from engine.probes.monofact.pages import FactWeb
from engine.probes.monofact.training import Learned


def silent(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def web() -> FactWeb:
    return FactWeb.build(plan().law, 1)


@pytest.fixture(scope="module")
def learned(web: FactWeb, tmp_path_factory: pytest.TempPathFactory) -> Learned:
    recipe = training.recipe(plan().model, plan().steps, 1, batch_tokens=plan().batch_tokens)
    return training.train(web, recipe, tmp_path_factory.mktemp("web"), silent)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, learned: Learned) -> list[str]:
    """Replaces training by a model that is there; returns the folders that it was asked for."""
    folders: list[str] = []

    def train(web: FactWeb, recipe: object, folder: Path, tell: object) -> Learned:
        folders.append(folder.name)
        return learned

    monkeypatch.setattr(training, "train", train)
    return folders


class TestDraws:
    def test_a_claims_probability_is_the_sum_over_its_wordings(
        self, web: FactWeb, learned: Learned
    ) -> None:
        short, long = Claim("A B", "hobby", "x"), next(iter(web.probabilities))
        together = probabilities(learned.model, learned.tokenizer, [short, long, short])
        assert set(together) == {short, long}
        for claim in (short, long):
            alone = probabilities(learned.model, learned.tokenizer, [claim])
            # Padding beside longer pages changes nothing.
            assert together[claim] == pytest.approx(alone[claim], rel=1e-4)

    def test_probabilities_are_how_often_the_model_writes_it(
        self, web: FactWeb, learned: Learned
    ) -> None:
        texts = written(learned.model, learned.tokenizer, 600, 5)
        reader = experiment.Reader(experiment.value_sets())
        claims = [reader.read(text) for text in texts]
        g = probabilities(learned.model, learned.tokenizer, list(web.probabilities))
        likeliest = max(g, key=lambda fact: g[fact])
        assert g[likeliest] > 0.1, "the model has learned something"
        assert claims.count(likeliest) / 600 == pytest.approx(g[likeliest], abs=0.08)
        assert sum(g.values()) <= 1.0001

    def test_a_seed_repeats_what_is_written(self, learned: Learned) -> None:
        first = written(learned.model, learned.tokenizer, 5, 1)
        assert first == written(learned.model, learned.tokenizer, 5, 1)
        assert first != written(learned.model, learned.tokenizer, 5, 2)


class TestTraining:
    def test_the_kept_weights_are_the_best_ones(self, web: FactWeb, learned: Learned) -> None:
        assert 1 <= learned.step <= plan().steps
        pages = training.page_documents(
            web.fresh_pages(training.HELDOUT_PAGES, 1), learned.tokenizer
        )
        recipe = training.recipe(plan().model, plan().steps, 1, batch_tokens=plan().batch_tokens)
        score = training._FreshPages(recipe, learned.tokenizer, pages)(learned.model)["score"]
        assert -score == pytest.approx(learned.heldout_loss, abs=1e-4)

    def test_going_on_ends_where_an_undisturbed_training_does(
        self, web: FactWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recipe = training.recipe(plan().model, 8, 1, batch_tokens=plan().batch_tokens)
        whole = training.train(web, recipe, _made(tmp_path / "whole"), silent)
        step, trained = training.Trainer._train_step, 0

        def broken(*args: object) -> object:
            nonlocal trained
            if trained == 4:
                raise KeyboardInterrupt
            trained += 1
            return step(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(training.Trainer, "_train_step", broken)
        with pytest.raises(KeyboardInterrupt):
            training.train(web, recipe, _made(tmp_path / "broken"), silent)
        monkeypatch.setattr(training.Trainer, "_train_step", step)
        resumed = training.train(web, recipe, tmp_path / "broken", silent)
        assert resumed.heldout_loss == whole.heldout_loss
        for one, other in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
            assert torch.equal(one, other)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


class TestResults:
    def test_counts_agree_with_each_other(self, quick: list[str]) -> None:
        (result,) = run([plan()], silent)
        assert result.n_pages == 120
        assert result.n_invented <= result.n_stated <= result.n_written == 60
        assert result.n_contradicting <= result.n_invented
        true = sum(share.model for share in result.counts)
        assert true == pytest.approx(1 - result.invented_rate)
        assert sum(share.web for share in result.counts) == pytest.approx(1)
        assert 0 <= result.miscalibration <= 1
        assert all(example.text for example in result.examples)

    def test_a_finished_web_is_not_done_again(self, quick: list[str]) -> None:
        lines: list[str] = []
        first = run([plan("a"), plan("b")], lines.append)
        assert run([plan("a"), plan("b")], lines.append) == first
        assert len(quick) == 2
        assert lines[-1] == "web 2 of 2 (b): done before"

    def test_webs_are_shared_between_commands_but_not_between_plans(self, quick: list[str]) -> None:
        run([plan("a")], silent)
        run([plan("b"), plan("a")], silent)
        assert len(quick) == 2
        run([plan("a", seed=2), plan("a", steps=41)], silent)
        assert len(set(quick)) == 4

    def test_a_web_broken_off_leaves_no_result(
        self, quick: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stopped(*args: object) -> None:
            raise KeyboardInterrupt

        run([plan("a")], silent)
        monkeypatch.setattr(experiment, "written", stopped)
        with pytest.raises(KeyboardInterrupt):
            run([plan("a"), plan("b")], silent)
        assert (plan("a").folder / RESULT).exists()
        assert not (plan("b").folder / RESULT).exists()

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"bins": 3}', "null"])
    def test_a_damaged_result_is_named(self, quick: list[str], text: str) -> None:
        path = plan().folder / RESULT
        path.parent.mkdir(parents=True)
        path.write_text(text)
        with pytest.raises(LabError, match=RESULT):
            run([plan()], silent)

    def test_a_second_process_is_refused(self, quick: list[str]) -> None:
        plan().folder.mkdir(parents=True)
        with (plan().folder / "lock").open("w") as lock:
            assert background.locked(lock)
            with pytest.raises(ProbeError, match="Another process"):
                run([plan()], silent)

    def test_a_model_that_says_nothing_readable_is_an_error(
        self, quick: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(experiment, "written", lambda *args: ["xyz", ""])
        with pytest.raises(ProbeError, match="more --steps"):
            run([plan()], silent)

    @pytest.mark.parametrize("change", [{"steps": 0}, {"n_draws": 0}, {"steps": -3}])
    def test_numbers_out_of_range_are_refused(self, change: dict[str, int]) -> None:
        with pytest.raises(ProbeError, match="at least 1"):
            experiment.WebPlan(law=plan().law, **change)


def test_a_killed_process_keeps_finished_webs_and_goes_on(quick: list[str]) -> None:
    """With a real SIGKILL in the training of the second web."""
    code = (
        "import monofact_webs as m\n"
        "from engine.probes.monofact.experiment import run\n"
        "run([m.plan('a'), m.plan('b')], lambda line: print(line, flush=True))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(("tests/engine", "."))}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("web 2 of 2 (b)"):
                break
        process.kill()
    home = Path(os.environ["LLMLAB_HOME"])
    (kept,) = home.glob(f"monofact/*/{RESULT}")
    assert kept.parent == plan("a").folder
    assert plan("b").folder.is_dir()
    before = kept.stat().st_mtime_ns
    first, second = run([plan("a"), plan("b")], silent)
    assert quick == [plan("b").folder.name]
    assert kept.stat().st_mtime_ns == before
    assert (first.law, second.law) == ("a", "b")
