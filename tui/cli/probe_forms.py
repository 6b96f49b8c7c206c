"""The forms of ``llmlab probe``'s commands."""

from __future__ import annotations

import argparse
from typing import Any

from engine.probes.plan import PROBE_SPLITS, ProbePlan
from engine.rl.comparison.wanted import Comparison
from tui.cli.number_types import decimal, whole

_DEFAULTS = ProbePlan(checkpoint="")
_PRESETS = Comparison()
NOBODY = "none"
"""``--against none``: compare with nobody."""
CLOZE = "cloze"
"""``--writer cloze``: nobody writes, words are left out."""


def add_probe(commands: Any, command: Any) -> None:
    """Add ``probe`` to the commands of ``llmlab``.

    Args:
        commands: what ``add_subparsers`` gave.
        command: makes what runs a module of ``tui.cli``.
    """
    text = "Measure what a checkpoint knows, and whether it knows what it knows."
    probes = commands.add_parser("probe", help=text, description=text).add_subparsers(
        metavar="WHAT", dest="what", required=True
    )

    def add(name: str, module: str, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = probes.add_parser(name, help=text, description=text)
        sub.set_defaults(run=command(module))
        return sub

    _facts(add("facts", "probe", "Ask a checkpoint and judge its answers; it can be resumed."))
    _report(add("report", "probe_report", "Write what finished probes found."))
    _questions(add("questions", "probe_questions", "Make questions of a document."))
    _monofact(add("monofact", "probe_monofact", "Must a calibrated model make things up? Try it."))
    _alternatives(
        add("alternatives", "probe_alternatives", "Compare ways to keep a model from inventing.")
    )
    _presets(
        add("presets", "probe_presets", "Compare the presets of the stage rl with equal rollouts.")
    )


def _facts(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("checkpoint", metavar="CKPT", nargs="?")
    sub.add_argument(
        "--questions",
        metavar="F.jsonl",
        help='lines {"question", "answer"} or {"question", "unknown": true} '
        "(else the facts of its web)",
    )
    sub.add_argument(
        "--judge",
        metavar="SERVER:MODEL",
        help="a model of a connected server judges the free text of the file (else words are "
        "compared)",
    )
    sub.add_argument(
        "--samples", type=whole, metavar="K", help=f"to a question (default: {_DEFAULTS.samples})"
    )
    sub.add_argument(
        "--temperature",
        type=decimal,
        metavar="T",
        help=f"of the samples (default: {_DEFAULTS.temperature})",
    )
    _which_facts(sub)
    sub.add_argument(
        "--against",
        metavar="CKPT",
        help=f"ask it the same, as the state before (default: the parent; {NOBODY!r} for nobody)",
    )
    sub.add_argument("--seed", type=whole, metavar="S", help=f"(default: {_DEFAULTS.seed})")
    sub.add_argument(
        "--no-detectors",
        dest="detectors",
        action="store_const",
        const=False,
        help="leave out those that look into the model, which takes a while",
    )
    sub.add_argument("--out", metavar="NAME", help="name of the probe")
    sub.add_argument("--resume", metavar="PROBE", help="go on with a stopped or lost probe")
    _json(sub)


def _report(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "names",
        metavar="CKPT|PROBE",
        nargs="+",
        help="probes, or checkpoints: the newest finished probe of each",
    )
    sub.add_argument(
        "--out", metavar="FILE", help="report.md, .csv or .jsonl (else Markdown on stdout)"
    )


def _questions(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("document", metavar="DOCUMENT", help="a text or Markdown file of prose")
    sub.add_argument(
        "--writer",
        default=CLOZE,
        metavar=f"{CLOZE}|CKPT|SERVER:MODEL",
        help="a checkpoint that chats or a model of a connected server; %(default)s needs no model "
        "and leaves gaps to fill (default: %(default)s)",
    )
    sub.add_argument(
        "--n",
        type=whole,
        default=50,
        metavar="N",
        help="passages to try, not all of which give a question (default: %(default)s)",
    )
    sub.add_argument(
        "--seed", type=whole, default=1, metavar="S", help="which passages (default: %(default)s)"
    )
    sub.add_argument(
        "--out", metavar="F.jsonl", help="for probe facts --questions (else on stdout)"
    )
    _json(sub, ": what came of each passage")


def _monofact(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--webs", type=whole, default=6, metavar="N", help="4 to 12 webs (default: %(default)s)"
    )
    sub.add_argument(
        "--steps", type=whole, metavar="S", help="of training on each (default: enough to learn it)"
    )
    sub.add_argument("--seed", type=whole, default=1, metavar="S", help="(default: %(default)s)")
    sub.add_argument(
        "--out", metavar="FILE", help="report.md (with its plot beside it), .csv or .json"
    )
    _json(sub)


def _alternatives(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--from",
        dest="from_checkpoint",
        default="nano/sft",
        metavar="CKPT",
        help="the parent of all (default: %(default)s)",
    )
    sub.add_argument(
        "--idk",
        default="nano/idk",
        metavar="CKPT",
        help="what the lab's own way made of it (default: %(default)s)",
    )
    _which_facts(sub, per_group=_DEFAULTS.per_group, split=_DEFAULTS.split)
    sub.add_argument("--out", metavar="FILE.md", help="the table as Markdown")
    _json(sub)


def _presets(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--task", default=_PRESETS.task, metavar="T", help="to learn (default: %(default)s)"
    )
    sub.add_argument(
        "--from",
        dest="from_checkpoint",
        default=_PRESETS.parent,
        metavar="CKPT",
        help="the parent of all (default: %(default)s)",
    )
    sub.add_argument(
        "--presets",
        type=lambda text: tuple(text.split(",")),
        default=_PRESETS.presets,
        metavar="P,P",
        help=f"(default: {','.join(_PRESETS.presets)})",
    )
    sub.add_argument(
        "--seeds",
        type=whole,
        default=_PRESETS.n_seeds,
        metavar="N",
        help="runs of each preset (default: %(default)s)",
    )
    sub.add_argument(
        "--steps", type=whole, metavar="S", help="of each run; fewer where groups are replaced"
    )
    sub.add_argument("--n-prompts", type=whole, metavar="N", help="problems of a step")
    sub.add_argument("--group-size", type=whole, metavar="G", help="attempts at each of them")
    sub.add_argument("--n", type=whole, metavar="N", help="held-out problems to measure with")
    sub.add_argument("--samples", type=whole, metavar="S", help="answers to each of them")
    sub.add_argument("--out", metavar="FILE.md", help="the table as Markdown")
    _json(sub)


def _which_facts(
    sub: argparse.ArgumentParser, *, per_group: int | None = None, split: str | None = None
) -> None:
    """Which facts of a web, and how many of them; what is None is left to the plan."""
    sub.add_argument(
        "--per-group",
        type=whole,
        default=per_group,
        metavar="N",
        help=f"questions (default: {_DEFAULTS.per_group})",
    )
    sub.add_argument(
        "--split",
        choices=PROBE_SPLITS,
        default=split,
        help=f"whose facts: never in a conversation, or for tuning (default: {_DEFAULTS.split})",
    )


def _json(sub: argparse.ArgumentParser, what: str = "") -> None:
    sub.add_argument("--json", action="store_true", help=f"print JSON only on stdout{what}")
