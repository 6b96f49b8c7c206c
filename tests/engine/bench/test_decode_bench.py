from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import tiny_models
from tiny_models import LETTERS

from engine.bench.decode import run_decode_bench

MODEL = tiny_models.model()


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is compiled must not go to the user's folder."""
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))


def bench(**changes: object) -> dict[str, object]:
    settings = {"batch_sizes": (1, 3), "n_prompt": 4, "n_new": 10, "rounds": 1, **changes}
    return run_decode_bench(MODEL, LETTERS, **settings)  # type: ignore[arg-type]


def test_the_report_compares_all_contenders_on_the_same_tokens() -> None:
    report = json.loads(json.dumps(bench(), allow_nan=False))
    assert [batch["batch"] for batch in report["batches"]] == [1, 3]
    assert (report["native_ready_s"] is not None) is report["native"]
    for batch in report["batches"]:
        assert batch["same_tokens_as_transformers"] == 1.0
        assert set(batch["tokens_per_s"]) == {"ours", "uncached", "transformers"}
        assert all(value > 0 for value in batch["tokens_per_s"].values())
        assert batch["times_faster_than"]["transformers"] == pytest.approx(
            batch["tokens_per_s"]["ours"] / batch["tokens_per_s"]["transformers"], rel=0.05
        )


def test_without_transformers_its_places_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    report = bench(batch_sizes=(1,))
    assert report["transformers"] is None
    (batch,) = report["batches"]  # type: ignore[misc]
    assert batch["tokens_per_s"]["transformers"] is None
    assert batch["times_faster_than"]["transformers"] is None
    assert batch["same_tokens_as_transformers"] is None
    assert batch["times_faster_than"]["uncached"] > 0
