"""A web and a model so small that the experiment takes seconds; results with round figures."""

from __future__ import annotations

from typing import Any

from engine.probes.monofact.estimates import Bin, CountShare
from engine.probes.monofact.experiment import WebPlan
from engine.probes.monofact.law import Law
from engine.probes.monofact.result import Example, WebResult
from engine.train.recipe import ModelShape

SHAPE = ModelShape(
    vocab_size=320,
    d_model=32,
    n_layers=2,
    n_heads=2,
    n_kv_heads=1,
    head_dim=16,
    d_ff=64,
    max_seq_len=64,
)


def plan(name: str = "tiny", *, steps: int = 150, seed: int = 1) -> WebPlan:
    law = Law(name=name, n_pages=120, n_common=2, n_rare=8, rare_share=0.1)
    return WebPlan(law=law, steps=steps, n_draws=60, seed=seed, model=SHAPE, batch_tokens=512)


def result(law: str = "rare 0.40", **changes: Any) -> WebResult:
    values: dict[str, Any] = {
        "law": law,
        "n_pages": 10_000,
        "n_facts": 5_000,
        "n_candidates": 50_005_000,
        "n_distinct": 4_000,
        "n_once": 3_000,
        "missing_mass": 0.31,
        "steps": 100,
        "n_params": 1_000,
        "heldout_loss": 1.5,
        "n_written": 1_000,
        "n_stated": 800,
        "n_invented": 400,
        "n_contradicting": 10,
        "bins": (Bin(0.0, 0.1, 0.4, 0.5), Bin(0.1, 1.0, 0.6, 0.5)),
        "counts": (
            CountShare(0, 0, 0.31, 0.0),
            CountShare(1, 1, 0.19, 0.02),
            CountShare(2, None, 0.5, 0.48),
        ),
        "examples": (Example("Orson Kovats lived in Dunbury.", False, 0),),
    }
    return WebResult(**{**values, **changes})
