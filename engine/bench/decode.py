"""How fast the engine decodes, beside two others on the same weights, prompts and lengths.

The contenders take turns within each round, so that a machine that slows down slows all of them.
Ours is the whole engine as the app uses it: queue, sampling, logprobs, entropy, events. It is set
beside ``transformers`` (``generate`` with its key/value cache) and beside a loop without a cache.
The compiler has done its work before the first round; how long it took is reported by itself.
"""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.detokenize import TokenBytes
from engine.generate import Generator
from engine.hf_config import config_to_hf
from engine.hf_format import state_to_hf
from engine.model import Transformer
from engine.native import prepare
from engine.native_decode import NativeDecoder
from engine.request import Request
from engine.sampling_params import SamplingParams

Contender = Callable[[Tensor, int], Tensor | None]
"""Takes prompts BT and how many tokens to add to each; returns the tokens, where it made all."""

_UNCACHED_STEPS = 8
"""Of the uncached loop only so many steps are run, evenly spread over the lengths."""


def run_decode_bench(
    model: Transformer,
    tokenizer: TokenBytes,
    *,
    batch_sizes: Sequence[int] = (1, 64),
    n_prompt: int = 16,
    n_new: int = 128,
    rounds: int = 5,
) -> dict[str, Any]:
    """Measure greedy decoding.

    Args:
        model: in fp32 on any device.
        tokenizer: of the same checkpoint.
        batch_sizes: prompts decoded together.
        n_prompt: tokens of each prompt, at random.
        n_new: tokens added to each; nothing ends earlier.
        rounds: turns of each contender, after one that is not counted.

    Returns:
        A JSON document. For each batch size: tokens a second of each contender (median of the
        rounds), how many times faster ours is (median of the ratios within a round), and the share
        of tokens on which ours and ``transformers`` agree. Without ``transformers`` installed its
        places hold null. ``native`` says whether compiled code decoded, ``native_ready_s`` how long
        it took to be compiled or found.
    """
    # Ready before the engine is made, so that the engine uses it from the first step.
    library = prepare().result() if NativeDecoder.can_serve(model) else None
    contenders: dict[str, Contender] = {
        "ours": _ours(model, tokenizer, max(batch_sizes)),
        "uncached": _uncached(model),
    }
    theirs, version = _transformers(model)
    if theirs is not None:
        contenders["transformers"] = theirs
    prompts = torch.Generator().manual_seed(0)
    return {
        "bench": "decode",
        "n_params": model.n_params(),
        "device": str(model.embed.weight.device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "transformers": version,
        "native": library is not None,
        "native_ready_s": None if library is None else round(library.ready_s, 3),
        "n_prompt": n_prompt,
        "n_new": n_new,
        "rounds": rounds,
        "uncached_steps_run": min(_UNCACHED_STEPS, n_new),
        "batches": [
            _one_batch(
                contenders,
                torch.randint(model.config.vocab_size, (size, n_prompt), generator=prompts),
                n_new,
                rounds,
            )
            for size in batch_sizes
        ],
    }


def _one_batch(
    contenders: dict[str, Contender], prompts_BT: Tensor, n_new: int, rounds: int
) -> dict[str, Any]:
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    made: dict[str, Tensor | None] = {}
    for turn in range(rounds + 1):
        for name, contender in contenders.items():
            begun = time.perf_counter()
            made[name] = contender(prompts_BT, n_new)
            elapsed = time.perf_counter() - begun
            if name == "uncached":
                elapsed *= n_new / min(_UNCACHED_STEPS, n_new)
            if turn:  # the first one warms up
                seconds[name].append(elapsed)
    ours, theirs = made["ours"], made.get("transformers")
    same = None
    if ours is not None and theirs is not None:
        same = (ours == theirs).double().mean().item()
    n_tokens = prompts_BT.shape[0] * n_new
    return {
        "batch": prompts_BT.shape[0],
        "tokens_per_s": {
            name: round(n_tokens / statistics.median(times), 1) for name, times in seconds.items()
        }
        | ({} if theirs is not None else {"transformers": None}),
        "times_faster_than": {
            name: round(_ratio(seconds[name], seconds["ours"]), 2) if name in seconds else None
            for name in ("transformers", "uncached")
        },
        "same_tokens_as_transformers": same,
    }


def _ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def _ours(model: Transformer, tokenizer: TokenBytes, max_rows: int) -> Contender:
    engine = Generator(model, tokenizer, max_rows=max_rows, native=True)

    def run(prompts_BT: Tensor, n_new: int) -> Tensor:
        params = SamplingParams(temperature=0.0, max_tokens=n_new)
        answers = engine.generate_all(
            [Request(prompt_ids=tuple(ids), params=params) for ids in prompts_BT.tolist()]
        )
        return torch.tensor([rows[0].ids for rows in answers])

    return run


def _uncached(model: Transformer) -> Contender:
    device = model.embed.weight.device

    @torch.inference_mode()
    def run(prompts_BT: Tensor, n_new: int) -> None:
        """Some of the steps of a loop that reads the whole text anew for every token."""
        n_steps = min(_UNCACHED_STEPS, n_new)
        text_BT = prompts_BT.repeat(1, 1 + n_new // prompts_BT.shape[1]).to(device)
        for i in range(n_steps):
            length = prompts_BT.shape[1] + (2 * i + 1) * n_new // (2 * n_steps)
            x_BTD = model(text_BT[:, :length])
            model.unembed(x_BTD[:, -1]).argmax(-1).tolist()

    return run


def _transformers(model: Transformer) -> tuple[Contender | None, str | None]:
    """The exported model in ``transformers``, and its version; None without the library."""
    try:
        transformers: Any = importlib.import_module("transformers")
    except ImportError:
        return None, None
    config = config_to_hf(model.config, bos=0, eos=0, dtype="float32")
    # No end token, so that every row runs to its full length as ours does. It must go from here:
    # generate fills in from the model's own settings what its caller leaves at None.
    config["eos_token_id"] = None
    theirs = transformers.AutoModelForCausalLM.from_config(
        transformers.AutoConfig.for_model(**config)
    )
    theirs.load_state_dict(state_to_hf(model.state_dict(), model.config), strict=False)
    theirs.tie_weights()
    device = model.embed.weight.device
    theirs.to(device=device, dtype=model.embed.weight.dtype).eval()

    @torch.inference_mode()
    def run(prompts_BT: Tensor, n_new: int) -> Tensor:
        ids_BT = prompts_BT.to(device)
        settings = transformers.GenerationConfig(
            max_new_tokens=n_new, do_sample=False, pad_token_id=0
        )
        out_BT: Tensor = theirs.generate(
            ids_BT, attention_mask=torch.ones_like(ids_BT), generation_config=settings
        )
        return out_BT[:, ids_BT.shape[1] :].cpu()

    return run, str(transformers.__version__)
