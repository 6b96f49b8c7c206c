from __future__ import annotations

import json
import math
from typing import Any

import pytest
import tiny_models
import torch
from tiny_models import SHAPES
from transformers import AutoConfig, AutoModelForCausalLM

from engine.errors import CheckpointError
from engine.hf_config import config_from_hf, config_to_hf
from engine.hf_format import state_from_hf, state_to_hf
from engine.model import ModelConfig, Transformer


def hf_config(shape: ModelConfig) -> dict[str, Any]:
    return config_to_hf(shape, bos=3, eos=4, dtype="float32")


@pytest.fixture(scope="module", params=list(SHAPES))
def pair(request: pytest.FixtureRequest) -> tuple[Transformer, torch.nn.Module]:
    """Our model and the one that ``transformers`` builds of the exported configuration."""
    ours = tiny_models.model(SHAPES[request.param])
    kwargs = json.loads(json.dumps(hf_config(ours.config)))
    theirs = AutoModelForCausalLM.from_config(AutoConfig.for_model(**kwargs)).eval()
    weights = state_to_hf(ours.state_dict(), ours.config)
    outcome = theirs.load_state_dict(weights, strict=False)
    tied = ["lm_head.weight"] if ours.config.tie_embeddings else []
    assert (list(outcome.missing_keys), list(outcome.unexpected_keys)) == (tied, [])
    theirs.tie_weights()
    return ours, theirs


@torch.inference_mode()
def test_logits_equal_those_of_transformers(pair: tuple[Transformer, torch.nn.Module]) -> None:
    ours, theirs = pair
    ids = tiny_models.ids(2, 40)
    torch.testing.assert_close(
        ours.unembed(ours(ids)), theirs(ids).logits.float(), atol=1e-4, rtol=0
    )


@torch.inference_mode()
def test_weights_of_transformers_come_home(pair: tuple[Transformer, torch.nn.Module]) -> None:
    ours, theirs = pair
    again = Transformer(ours.config)
    again.load_state_dict(state_from_hf(theirs.state_dict(), ours.config))
    for name, weight in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_the_rotary_scaling_is_not_a_bystander() -> None:
    """Without it the llama3 shape gives other logits, so the comparison above tests it."""
    shape = SHAPES["llama3"]
    plain = tiny_models.config(
        qk_norm=False, tie_embeddings=False, rope_theta=shape.rope_theta, rope_scaling=None
    )
    ids = tiny_models.ids(1, 40)
    stretched, other = tiny_models.model(shape), tiny_models.model(plain)
    with torch.inference_mode():
        difference = (stretched(ids) - other(ids)).abs().max()
    assert difference > 1e-2


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_configuration_round_trip(shape: ModelConfig) -> None:
    assert config_from_hf(json.loads(json.dumps(hf_config(shape)))) == shape


def test_older_files_are_read() -> None:
    """As published: rope_theta and rope_scaling at the top, no head_dim, nulls."""
    data = hf_config(tiny_models.config(qk_norm=False, head_dim=4, rope_theta=5e5))
    for name in ("rope_parameters", "head_dim", "dtype", "mlp_bias"):
        del data[name]
    data["rope_scaling"] = None
    read = config_from_hf(data)
    both = config_from_hf({**data, "rope_parameters": {"rope_type": "default"}})
    assert both.rope_theta == 5e5
    assert (read.head_dim, read.rope_theta, read.rope_scaling) == (4, 5e5, None)
    data["rope_scaling"] = {
        "rope_type": "llama3", "factor": 32, "low_freq_factor": 1, "high_freq_factor": 4,
        "original_max_position_embeddings": 8192,
    }  # fmt: skip
    scaling = config_from_hf(data).rope_scaling
    assert scaling is not None
    assert (scaling.factor, scaling.original_max_seq_len) == (32.0, 8192)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"architectures": ["MambaForCausalLM"]}, "MambaForCausalLM"),
        ({"architectures": None}, "architecture"),
        ({"architectures": []}, "architecture"),
        ({"attention_bias": True}, "attention_bias = True"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"use_sliding_window": True}, "use_sliding_window"),
        ({"hidden_size": None}, "hidden_size"),
        ({"hidden_size": "24"}, "'24'"),
        ({"num_hidden_layers": 2.5}, "2.5"),
        ({"num_attention_heads": 0, "num_key_value_heads": 2, "head_dim": None}, "n_heads"),
        ({"num_key_value_heads": 4}, "n_kv_heads"),
        ({"vocab_size": True}, "vocab_size"),
        ({"tie_word_embeddings": 1}, "tie_word_embeddings"),
        ({"rope_parameters": {"rope_type": "yarn", "factor": 4.0}}, "yarn"),
        ({"rope_parameters": {"rope_type": "llama3", "factor": 4.0}}, "low_freq_factor"),
        ({"rope_parameters": [1]}, "rope_parameters"),
        ({"rope_parameters": {"rope_theta": 10**400}}, "rope_theta = 1000"),
        ({"rms_norm_eps": math.nan}, "rms_norm_eps = nan"),
        ({"rms_norm_eps": math.inf}, "finite"),
        ({"layer_types": 5}, "of the type 5"),
        ({"max_position_embeddings": 10**9}, "at most 4194304"),
        ({"vocab_size": 10**30}, "vocab_size = 1000"),
    ],
)
def test_a_configuration_this_model_cannot_honour_is_refused(
    changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(CheckpointError, match=named):
        config_from_hf({**hf_config(tiny_models.config()), **changes})


@pytest.mark.parametrize("data", [[], None, "x", {}])
def test_what_is_no_configuration_is_refused(data: Any) -> None:
    with pytest.raises(CheckpointError, match=r"config\.json"):
        config_from_hf(data)


def exported(shape: ModelConfig) -> dict[str, torch.Tensor]:
    return state_to_hf(tiny_models.model(shape).state_dict(), shape)


@pytest.mark.parametrize("shape", [SHAPES["qwen3"], SHAPES["llama3"]], ids=["tied", "untied"])
def test_every_missing_tensor_is_missed(shape: ModelConfig) -> None:
    weights = exported(shape)
    for name in weights:
        with pytest.raises(CheckpointError, match=f"lacks tensor {name}"):
            state_from_hf({k: v for k, v in weights.items() if k != name}, shape)


@pytest.mark.parametrize("shape", [SHAPES["qwen3"], SHAPES["llama3"]], ids=["tied", "untied"])
def test_every_wrong_shape_is_seen(shape: ModelConfig) -> None:
    weights = exported(shape)
    for name, weight in weights.items():
        with pytest.raises(CheckpointError, match="shape"):
            state_from_hf({**weights, name: weight[1:]}, shape)


@pytest.mark.parametrize(
    "name", ["model.layers.3.mlp.up_proj.weight", "model.layers.0.self_attn.q_proj.bias", "x"]
)
def test_an_unexpected_tensor_is_refused(name: str) -> None:
    weights = exported(SHAPES["qwen3"])
    with pytest.raises(CheckpointError, match=f"unexpected tensor {name}"):
        state_from_hf({**weights, name: torch.zeros(2)}, SHAPES["qwen3"])


def test_an_untied_models_file_is_not_read_as_a_tied_one() -> None:
    with pytest.raises(CheckpointError, match="norm"):
        state_from_hf(exported(SHAPES["llama3"]), SHAPES["qwen3"])


def test_export_refuses_a_state_of_another_shape() -> None:
    state = tiny_models.model().state_dict()
    with pytest.raises(CheckpointError, match=r"blocks\.2"):
        state_to_hf(state, tiny_models.config(n_layers=2))
    with pytest.raises(CheckpointError, match="shape"):
        state_to_hf(state, tiny_models.config(d_ff=32))
