"""Recipes: all that decides a training run, as small typed values with presets.

``pico`` is for tests (seconds), ``nano`` is what ships (minutes on two CPU cores).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from engine.data.world import NANO_WORLD, PICO_WORLD, WorldConfig
from engine.errors import RunError
from engine.rl.plan import RlPlan

Stage = Literal["base", "sft", "idk", "rl"]
STAGES: tuple[Stage, ...] = ("base", "sft", "idk", "rl")
PARENT_STAGE: dict[Stage, Stage | None] = {"base": None, "sft": "base", "idk": "sft", "rl": "sft"}
"""Whose newest checkpoint a stage begins with where none is named; ``rl`` takes any assistant."""
Method = Literal["value", "rtuning", "dpo"]
METHODS: tuple[Method, ...] = ("value", "rtuning", "dpo")
"""How the stage ``idk`` teaches to refuse: at the value's place (the lab's own way), by refusals as
whole answers to what was answered wrongly (R-Tuning), or by preferences (DPO)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelShape:
    """The transformer to train; field names as in ``engine.model.ModelConfig``."""

    vocab_size: int
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    head_dim: int
    d_ff: int
    max_seq_len: int
    rope_theta: float = 10_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Everything a run depends on but its parent's weights.

    ``row_lengths``: documents are packed into rows of the shortest of these lengths that holds
    them; attention costs less in short rows and a batch has rows of one length only.
    """

    stage: Stage
    preset: str
    model: ModelShape
    world: WorldConfig
    steps: int
    """All of the run, those of a cold start (``RlPlan``) among them."""
    batch_tokens: int
    row_lengths: tuple[int, ...]
    muon_lr: float
    adamw_lr: float
    weight_decay: float
    warmup_steps: int
    decay_share: float
    final_lr_share: float
    grad_clip: float
    momentum: float = 0.95
    seed: int = 1
    replay_share: float = 0.0
    """Share of an SFT batch's tokens that are pages of the web, against forgetting."""
    tool_share: float = 0.0
    """Share of the conversations' tokens in conversations that offer tools."""
    n_strangers: int = 0
    """People made up for those, to be looked up; in the stage ``idk`` as many are not known."""
    n_questions: int = 0
    """Of the stage ``idk``: questions that the parent is asked to find out what it knows."""
    n_development: int = 0
    """Of the stage ``idk``: questions of each group that say when to stop."""
    decides: float = 1.0
    """Of the stage ``idk``: share of the refusals whose first token the loss counts."""
    method: Method = "value"
    """Of the stage ``idk``."""
    patience: int = 0
    """Steps without a better score on the development split after which to stop; 0 never does."""
    rl: RlPlan | None = None
    """Of the stage ``rl``: its tasks and its algorithm."""
    data: str | None = None
    """Of the stage ``base``: the corpus to train on (``engine.data.corpora``); None: the web."""
    tokenizer: str | None = None
    """Of the stage ``base``: a tokenizer by name; None: one is trained on the run's own texts."""
    eval_every: int = 100
    sample_every_s: float = 8.0
    save_every_s: float = 60.0
    compile: bool = True
    """Compile the loss where a C++ compiler is found (about 1.6 times the tokens a second)."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_tokens", "muon_lr", "adamw_lr", "grad_clip", "eval_every"):
            if getattr(self, name) <= 0:
                raise RunError(f"{name} = {getattr(self, name)} must be above 0. Mend the recipe.")
        if self.method not in METHODS or (self.method != "value" and self.stage != "idk"):
            raise RunError(
                f"method = {self.method!r} of a {self.stage} run: only idk runs have a method, one "
                f"of {', '.join(METHODS)}. Choose one, or leave it out."
            )
        if (self.rl is None) == (self.stage == "rl"):
            raise RunError(
                f"The recipe of a {self.stage} run has {'no' if self.rl is None else 'a'} part "
                "'rl', which rl runs have and no others. Mend the recipe."
            )
        if self.rl is not None and self.rl.cold_start >= self.steps:
            raise RunError(
                f"A cold start of {self.rl.cold_start} steps leaves none of {self.steps} for "
                "attempts. Mend the recipe."
            )
        if self.stage != "base" and (self.data or self.tokenizer):
            option, goes_on = ("data", "its own") if self.data else ("tokenizer", "its parent's")
            raise RunError(
                f"A {self.stage} run goes on with {goes_on} {option}: {option} = "
                f"{getattr(self, option)!r} is for base runs. Leave --{option} out."
            )
        if max(self.row_lengths) > self.model.max_seq_len:
            raise RunError(
                f"Rows of {max(self.row_lengths)} tokens do not fit the model's context of "
                f"{self.model.max_seq_len}. Mend row_lengths in the recipe."
            )
        if any(self.batch_tokens % length for length in self.row_lengths):
            raise RunError(
                f"batch_tokens = {self.batch_tokens} is no multiple of the row lengths "
                f"{self.row_lengths}. Mend the recipe."
            )

    def to_json(self) -> dict[str, Any]:
        """As JSON values, to be stored with the run."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Recipe:
        """Read what ``to_json`` wrote.

        Raises:
            RunError: a key is unknown or missing.
        """
        try:
            world: dict[str, Any] = {
                k: tuple(v) if isinstance(v, list) else v for k, v in data["world"].items()
            }
            return Recipe(
                **{
                    **data,
                    "model": ModelShape(**data["model"]),
                    "world": WorldConfig(**world),
                    "row_lengths": tuple(data["row_lengths"]),
                    # Recipes of before there was this stage do not say.
                    "rl": RlPlan.from_json(data["rl"]) if data.get("rl") else None,
                }
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise RunError(
                f"The recipe of this run cannot be read ({error}). It was written by another "
                "version of llmlab: start a new run."
            ) from error


NANO_SHAPE = ModelShape(
    vocab_size=2048,
    d_model=192,
    n_layers=5,
    n_heads=6,
    n_kv_heads=2,
    head_dim=32,
    d_ff=512,
    max_seq_len=512,
)
PICO_SHAPE = ModelShape(
    vocab_size=512,
    d_model=48,
    n_layers=2,
    n_heads=3,
    n_kv_heads=1,
    head_dim=16,
    d_ff=128,
    max_seq_len=256,
)

_NANO = {
    "preset": "nano",
    "model": NANO_SHAPE,
    "world": NANO_WORLD,
    "batch_tokens": 8192,
    "row_lengths": (128, 512),
    "n_strangers": 8000,
    "n_questions": 6600,
    "n_development": 120,
}
_PICO = {
    "preset": "pico",
    "model": PICO_SHAPE,
    "world": PICO_WORLD,
    "batch_tokens": 2048,
    "row_lengths": (128, 256),
    "n_strangers": 100,
    "n_questions": 60,
    "n_development": 5,
    "compile": False,
    "eval_every": 20,
    "sample_every_s": 1.0,
    "save_every_s": 5.0,
}
_BASE = {
    "stage": "base",
    "muon_lr": 0.02,
    "adamw_lr": 0.006,
    "weight_decay": 0.01,
    "warmup_steps": 20,
    "decay_share": 0.5,
    "final_lr_share": 0.02,
    "grad_clip": 1.0,
}
_SFT = {
    "stage": "sft",
    "muon_lr": 0.005,
    "adamw_lr": 0.0015,
    "weight_decay": 0.0,
    "warmup_steps": 10,
    "decay_share": 0.7,
    "final_lr_share": 0.05,
    "grad_clip": 1.0,
    "replay_share": 0.25,
    "tool_share": 0.65,
}
_IDK = {
    **_SFT,
    "stage": "idk",
    "muon_lr": 0.003,
    "adamw_lr": 0.001,
    "replay_share": 0.15,
    "tool_share": 0.2,
    "decides": 0.25,
    "eval_every": 25,
    "patience": 200,
}
_RL = {
    **_SFT,
    "stage": "rl",
    "muon_lr": 0.001,
    "adamw_lr": 0.0003,
    "warmup_steps": 3,
    "decay_share": 0.3,
    "eval_every": 10,
}
# The two published ways, to be compared with (``engine.idk.alternatives``). The learning rate of
# preferences is a tenth, as usual: their loss falls as far as it is let, and the answers with it.
_BY_METHOD: dict[Method, dict[str, Any]] = {
    "value": {},
    "rtuning": {},
    "dpo": {"muon_lr": 0.0003, "adamw_lr": 0.0001},
}
_ALTERNATIVE_STEPS = 200
"""At most: they are to be compared, not shipped."""
_STEPS: dict[tuple[str, str], int] = {
    ("nano", "base"): 2000,
    ("nano", "sft"): 1300,
    ("nano", "idk"): 400,
    ("nano", "rl"): 60,
    ("pico", "base"): 60,
    ("pico", "sft"): 30,
    ("pico", "idk"): 20,
    ("pico", "rl"): 4,
}
PRESETS = ("nano", "pico")


def recipe(
    stage: str,
    preset: str,
    *,
    steps: int | None = None,
    method: str | None = None,
    rl: RlPlan | None = None,
    seed: int | None = None,
    data: str | None = None,
    tokenizer: str | None = None,
) -> Recipe:
    """The recipe of a stage at a preset.

    Args:
        stage: one of ``STAGES``.
        preset: one of ``PRESETS``.
        steps: else as many as the preset has; those of a cold start come before them.
        method: one of ``METHODS``, for the stage ``idk``.
        rl: for the stage ``rl``, which needs it.
        seed: of all that is drawn.
        data: the corpus to train on, for the stage ``base``.
        tokenizer: the tokenizer's name, for the stage ``base``.

    Raises:
        RunError: unknown stage, preset or method, a number of steps below 1, or an ``rl``, ``data``
            or ``tokenizer`` that the stage has no use for.
    """
    if stage not in STAGES:
        raise RunError(f"There is no stage {stage!r}. Choose one of: {', '.join(STAGES)}.")
    if preset not in PRESETS:
        raise RunError(f"There is no preset {preset!r}. Choose one of: {', '.join(PRESETS)}.")
    chosen = _method(method)
    usual = _STEPS[preset, stage]
    values: dict[str, Any] = {
        **(_NANO if preset == "nano" else _PICO),
        **{"base": _BASE, "sft": _SFT, "idk": _IDK, "rl": _RL}[stage],
        **_BY_METHOD[chosen],
        "steps": usual if chosen == "value" else min(usual, _ALTERNATIVE_STEPS),
        "method": chosen,
        "rl": rl,
        "data": data,
        "tokenizer": tokenizer,
    }
    if steps is not None:
        values["steps"] = steps
    if rl is not None:
        values["steps"] += rl.cold_start
    if seed is not None:
        values["seed"] = seed
    return Recipe(**values)


def _method(name: str | None) -> Method:
    for known in METHODS:
        if name in (known, None):
            return known
    raise RunError(f"There is no method {name!r}. Choose one of: {', '.join(METHODS)}.")
