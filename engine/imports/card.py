"""The model card of an imported model."""

from __future__ import annotations

from engine.imports.check import Checked


def card(name: str, origin: str, checked: Checked) -> str:
    """Markdown with the front matter of the Hugging Face hub.

    Args:
        name: what the lab calls the model.
        origin: where it came from, as its user named it.
        checked: what was found there.
    """
    config = checked.config
    family = "Qwen3" if config.qk_norm else "Llama"
    tied = "one matrix for embedding and head" if config.tie_embeddings else "a head of its own"
    chats = "it chats by its own template" if checked.dialect.chats else "it continues documents"
    return "\n".join(
        [
            "---",
            "library_name: transformers",
            "pipeline_tag: text-generation",
            "---",
            "",
            f"# {name}",
            "",
            f"Brought in by `llmlab import` from `{origin}`. Not trained here: what it knows, and "
            "on what terms it may be used, its own source says.",
            "",
            f"- **Architecture** {family}: {config.n_layers} layers, width {config.d_model}, "
            f"{config.n_heads} query and {config.n_kv_heads} key/value heads, {tied}",
            f"- **Parameters** {checked.n_params:,}",
            f"- **Vocabulary** {config.vocab_size:,}",
            f"- **Context** {config.max_seq_len:,} tokens",
            f"- **Conversations** {chats}",
            "",
        ]
    )
