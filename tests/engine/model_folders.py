"""Small models of other people: Hugging Face folders as ``transformers`` saves them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, pre_tokenizers, processors
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from engine.byte_letters import written

Kind = Literal["llama3", "qwen3"]

VOCAB_SIZE = 352
"""More rows than tokens, as published models have."""

SPECIAL = ("<|begin|>", "<|im_start|>", "<|im_end|>", "<|end|>")
VISIBLE = ("<think>", "</think>")
TEMPLATE = (
    "{%- if messages[0].role == 'system' %}\n"
    "    {{- '<|im_start|>system\\n' + messages[0].content | trim + '<|im_end|>\\n' }}\n"
    "{%- endif %}\n"
    "{%- for m in messages if m.role != 'system' %}\n"
    "    {%- set content = m.content | trim %}\n"
    "    {%- if m.role == 'assistant' and m.reasoning_content is defined %}\n"
    "        {%- set content = content | upper %}\n"
    "    {%- endif %}\n"
    "    {{- '<|im_start|>' ~ m.role ~ '\\n' ~ content ~ '<|im_end|>\\n' }}\n"
    "{%- endfor %}\n"
    "{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n\\n</think>\\n' }}"
    "{% endif %}"
)
TEXTS = [
    "The river lies by the town of the people, isn't it? 12 + 7 = 19.\n\n",
    "Übung macht den Meister; 東京 is a town of 1843 people 🙂\n",
] * 30

LLAMA_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@cache
def tokenizer() -> Tokenizer:
    """A Llama 3 tokenizer of 340 tokens that begins every text with ``<|begin|>``."""
    built = Tokenizer(BPE(ignore_merges=True))
    built.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA_PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    built.decoder = decoders.ByteLevel()
    alphabet = [written(bytes([byte])) for byte in range(256)]
    built.train_from_iterator(
        TEXTS, BpeTrainer(vocab_size=334, initial_alphabet=alphabet, show_progress=False)
    )
    built.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    built.add_tokens([AddedToken(name) for name in VISIBLE])
    begin = built.token_to_id("<|begin|>")
    built.post_processor = processors.TemplateProcessing(
        single="<|begin|> $A", special_tokens=[("<|begin|>", begin)]
    )
    return built


def save_tokenizer(folder: Path, *, template: str | None = TEMPLATE) -> None:
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(), bos_token="<|begin|>", eos_token="<|im_end|>"
    )
    fast.chat_template = template
    fast.save_pretrained(folder)


def save_model(folder: Path, kind: Kind, *, sharded: bool = False) -> PreTrainedModel:
    """Random weights, a tokenizer and a template; returns the model that was saved."""
    ids = {name: tokenizer().token_to_id(name) for name in SPECIAL}
    shape: dict[str, Any] = {
        "vocab_size": VOCAB_SIZE, "hidden_size": 48, "intermediate_size": 80,
        "num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2,
        "max_position_embeddings": 128, "initializer_range": 0.15,
        "bos_token_id": ids["<|begin|>"], "eos_token_id": [ids["<|im_end|>"], ids["<|end|>"]],
    }  # fmt: skip
    torch.manual_seed(7)
    built: PreTrainedModel
    if kind == "llama3":
        rope = {
            "rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
        }  # fmt: skip
        config = LlamaConfig(**shape, tie_word_embeddings=False, rope_parameters=rope)
        built = LlamaForCausalLM(config)
    else:
        built = Qwen3ForCausalLM(Qwen3Config(**shape, head_dim=16, tie_word_embeddings=True))
        with torch.no_grad():
            for name, weight in built.named_parameters():
                if "_norm" in name:
                    weight.uniform_(0.5, 1.5)
    built.eval()
    built.save_pretrained(folder, max_shard_size="60KB" if sharded else "1GB")
    save_tokenizer(folder)
    return built


def edit_json(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
