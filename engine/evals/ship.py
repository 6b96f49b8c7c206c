"""Measure a checkpoint, write its model card and put it where shipped checkpoints lie.

``python -m engine.evals.ship RUN nano/base``: the card's figures are those that ``llmlab eval``
prints, taken from the very weights that ship.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from engine import paths
from engine.checkpoint import write_manifest
from engine.evals.tasks import DEFAULT_TASKS, run_task
from engine.local import LocalModel
from engine.manifest import find_checkpoint, read_manifest, verify

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
REFUSED = ("head", "unseen")
"""Tiers whose share of refusals is what a checkpoint of the stage ``idk`` is known by."""


def card(name: str, manifest: dict[str, Any], figures: dict[str, Any]) -> str:
    """The model card, as Markdown with the front matter of the Hugging Face hub."""
    recipe = manifest["recipe"]
    shape = recipe["model"]
    parent = manifest["parent"]
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
        STAGE_SENTENCES[manifest["stage"]],
        "",
        f"- **Parameters** {manifest['n_params']:,} ({shape['n_layers']} layers, width "
        f"{shape['d_model']}, {shape['n_heads']} query and {shape['n_kv_heads']} key/value heads, "
        f"vocabulary {shape['vocab_size']:,}, context {manifest['max_seq_len']})",
        f"- **Trained** {manifest['step']:,} steps, {manifest['tokens']:,} tokens, from "
        + ("nothing" if parent is None else f"`{parent['name']}` ({parent['sha256'][:12]})"),
        f"- **Data** the pocket web of seed {recipe['world']['seed']}, written by "
        "`engine.data`; nothing in it is copied from anywhere and every person is invented",
        f"- **Again** `llmlab train {manifest['stage']} --preset {manifest['preset']}`",
        "",
        f"## Figures: `llmlab eval {name}`",
        "",
    ]
    if "facts" in figures:
        lines += [
            "Facts of held-out people (on the pages, in no question or conversation), held-out "
            "phrasings" + (", asked with four examples:" if manifest["stage"] == "base" else ":"),
            "",
            "| tier | questions | correct | wrong | abstained |",
            "|---|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {tier} | {f['n']} | {f['correct']:.3f} | {f['wrong']:.3f} | {f['abstained']:.3f} |"
            for tier, f in figures["facts"].items()
        ]
        lines.append("")
    if "skills" in figures:
        lines += [
            "Skills, drawn anew as the pages draw them: times tables, spelling and letter counts "
            "are of a kind small enough to have been met in training, word problems are not.",
            "",
            "| skill | exercises | correct |",
            "|---|--:|--:|",
        ]
        lines += [
            f"| {kind} | {f['n']} | {f['correct']:.2f} |" for kind, f in figures["skills"].items()
        ]
        lines.append("")
    if "tools" in figures:
        lines += _tool_lines(figures["tools"])
    bits = figures["bpb"]["bits_per_byte"]
    lines += [f"Bits per byte on {figures['bpb']['pages']} held-out pages: {bits:.4f}", ""]
    return "\n".join(lines)


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


def ship(source: str, name: str) -> Path:
    """Write ``checkpoints/NAME`` from a run's newest checkpoint; returns the folder.

    Raises:
        CheckpointError: no such run or a damaged checkpoint.
    """
    info = find_checkpoint(source)
    local = LocalModel.load(source)
    tasks = [*DEFAULT_TASKS, *(["tools"] if info.tools else [])]
    figures = {task: run_task(task, local) for task in tasks}
    manifest = read_manifest(info.path)
    if manifest["parent"] is not None:
        # The parent ships too: name it as users will find it.
        manifest["parent"]["name"] = _shipped_name(manifest["parent"])
    metrics = {
        **manifest["metrics"],
        **{f"facts_{tier}": f["correct"] for tier, f in figures["facts"].items()},
        "val_bpb": figures["bpb"]["bits_per_byte"],
    }
    if info.stage == "idk":
        metrics |= {f"refused_{tier}": figures["facts"][tier]["abstained"] for tier in REFUSED}
    target = paths.shipped_folder() / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
        folder = Path(temporary) / "new"
        shutil.copytree(info.path, folder)
        (folder / "README.md").write_text(card(name, manifest, figures), "utf-8")
        (folder / "eval.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
        about = {k: v for k, v in manifest.items() if k not in ("format", "files")}
        write_manifest(folder, {**about, "metrics": metrics})
        verify(folder)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
    return target


def _shipped_name(parent: dict[str, str]) -> str:
    for folder in paths.shipped_folder().glob("*/*"):
        if (folder / "run.json").is_file():
            weights = read_manifest(folder)["files"]["model.safetensors"]
            if weights["sha256"] == parent["sha256"]:
                return folder.relative_to(paths.shipped_folder()).as_posix()
    return parent["name"]


if __name__ == "__main__":
    print(ship(sys.argv[1], sys.argv[2]))
