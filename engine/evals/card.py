"""A checkpoint's model card: all that it says is computed from the checkpoint. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.evals.card_rl import again as again_rl
from engine.evals.card_rl import lines as rl_lines

STAGE_SENTENCES = {
    "base": "A base model: it continues documents of the pocket web and has not learned to answer.",
    "sft": "An assistant: the base model fine-tuned on conversations about the pocket web. It "
    "calls a calculator, Python and a search where they are offered. Without them it answers "
    "questions about people it never met with an invention, which is what the hallucination lab "
    "measures and mends.",
    "idk": "An assistant that was taught to say what it does not know: its parent was asked "
    "thousands of questions; what it always got right this one learned to go on answering, what it "
    "never got right it learned to refuse. How well it tells the two apart stands below.",
    "rl": "An assistant that learned from its own attempts: it tried problems whose answers can be "
    "checked many times over, and what did better than the rest became likelier.",
}


def card(
    name: str,
    manifest: dict[str, Any],
    figures: dict[str, Any],
    events: Sequence[dict[str, Any]] = (),
) -> str:
    """The model card, as Markdown with the front matter of the Hugging Face hub.

    Args:
        name: as it ships.
        manifest: of the checkpoint, its parent named as users find it.
        figures: by task, as ``ship`` measures them.
        events: of the checkpoint's ``curve.jsonl``; the stage ``rl`` needs them.
    """
    recipe = manifest["recipe"]
    shape = recipe["model"]
    parent = manifest["parent"]
    stage = manifest["stage"]
    again = (
        again_rl(manifest)
        if stage == "rl"
        else f"`llmlab train {stage} --preset {manifest['preset']}`"
    )
    lines = [
        "---",
        "license: mit",
        "language: en",
        "library_name: transformers",
        "pipeline_tag: text-generation",
        "---",
        "",
        f"# {name}",
        "",
        STAGE_SENTENCES[stage],
        "",
        f"- **Parameters** {manifest['n_params']:,} ({shape['n_layers']} layers, width "
        f"{shape['d_model']}, {shape['n_heads']} query and {shape['n_kv_heads']} key/value heads, "
        f"vocabulary {shape['vocab_size']:,}, context {manifest['max_seq_len']})",
        f"- **Trained** {manifest['step']:,} steps, {manifest['tokens']:,} tokens, from "
        + ("nothing" if parent is None else f"`{parent['name']}` ({parent['sha256'][:12]})"),
        f"- **Data** the pocket web of seed {recipe['world']['seed']}, written by "
        "`engine.data`; nothing in it is copied from anywhere and every person is invented",
        f"- **Again** {again}",
        "",
    ]
    if stage == "rl":
        lines += rl_lines(manifest, events, figures)
    lines += [f"## Figures: `llmlab eval {name}`", ""]
    if "facts" in figures:
        lines += _fact_lines(figures["facts"], is_base=stage == "base")
    if "skills" in figures:
        lines += _skill_lines(figures["skills"])
    if "tools" in figures:
        lines += _tool_lines(figures["tools"])
    bits = figures["bpb"]["bits_per_byte"]
    lines += [f"Bits per byte on {figures['bpb']['pages']} held-out pages: {bits:.4f}", ""]
    return "\n".join(lines)


def _fact_lines(figures: dict[str, Any], *, is_base: bool) -> list[str]:
    """What it knows."""
    return [
        "Facts of held-out people (on the pages, in no question or conversation), held-out "
        "phrasings" + (", asked with four examples:" if is_base else ":"),
        "",
        "| tier | questions | correct | wrong | abstained |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {tier} | {f['n']} | {f['correct']:.3f} | {f['wrong']:.3f} | {f['abstained']:.3f} |"
            for tier, f in figures.items()
        ),
        "",
    ]


def _skill_lines(figures: dict[str, Any]) -> list[str]:
    """What it can work out by itself."""
    return [
        "Skills, drawn anew as the pages draw them: times tables, spelling and letter counts "
        "are of a kind small enough to have been met in training, word problems are not.",
        "",
        "| skill | exercises | correct |",
        "|---|--:|--:|",
        *(f"| {kind} | {f['n']} | {f['correct']:.2f} |" for kind, f in figures.items()),
        "",
    ]


def _tool_lines(figures: dict[str, Any]) -> list[str]:
    """What tools change."""
    return [
        "With tools at hand (`Tools: calc, python, search.` as the first turn) and without: "
        "held-out people, words and numbers; search looks through the pocket web, which has a page "
        "about everybody.",
        "",
        "| questions | n | right with | right without | called the tool | no call at all |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {name.replace('_', ' ')} | {f['n']} | {f['with']:.3f} | {f['without']:.3f} "
            f"| {f['called']:.3f} | {f['no_call']:.3f} |"
            for name, f in figures.items()
        ),
        "",
    ]
