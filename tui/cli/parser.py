"""The forms of every command; their defaults come from the places that own them."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from engine import __version__
from engine.data.entities import SPLITS, TIERS
from engine.train.recipe import PRESETS, STAGES

BENCHES = ("decode", "startup", "tui")


def _command(module: str) -> Any:
    """Import a command only when it runs: ``--help`` stays instant and free of torch."""

    def run(arguments: argparse.Namespace) -> int:
        return int(import_module(f"tui.cli.{module}").run(arguments))

    return run


def build_parser() -> argparse.ArgumentParser:
    """The parser of ``llmlab``."""
    parser = argparse.ArgumentParser(
        prog="llmlab",
        description="A terminal lab in which you build a small ChatGPT and take it apart. "
        "Without a command it opens the app.",
    )
    parser.add_argument("--version", action="version", version=f"llmlab {__version__}")
    parser.set_defaults(run=_command("open_app"))
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    def add(name: str, module: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=_command(module))
        sub.add_argument("--json", action="store_true", help="print JSON only on stdout")
        return sub

    add("info", "info", "Say what llmlab runs on and where its files lie.")
    add("checkpoints", "checkpoints", "List the checkpoints there are.")
    _train(add("train", "train", "Train a stage; the run goes on if this terminal closes."))
    _sample(add("sample", "sample", "Continue a prompt with a checkpoint."))
    _ask(add("ask", "ask", "Answer one question, or a file of them in batches."))
    sub = add("eval", "evaluate", "Measure a checkpoint on held-out data.")
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("--task", metavar="T", help="one task only, such as facts, skills or bpb")
    sub = add("export", "export", "Write a folder that Hugging Face transformers opens.")
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("folder", metavar="DIR")
    _world(add("world", "world", "Show what is true in the pocket web."))
    sub = add("bench", "bench", "Measure speed as ratios against a peer, in one run.")
    sub.add_argument("name", metavar="NAME", choices=BENCHES, help=" or ".join(BENCHES))
    return parser


def _train(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("stage", metavar="STAGE", nargs="?", choices=STAGES, help=", ".join(STAGES))
    sub.add_argument("--preset", default="nano", metavar="P", help=", ".join(PRESETS))
    sub.add_argument(
        "--from",
        dest="from_checkpoint",
        metavar="CKPT",
        help="the parent (else the newest finished run of the stage before, or the shipped one)",
    )
    sub.add_argument("--out", metavar="NAME", help="name of the run")
    sub.add_argument("--steps", type=int, metavar="N")
    sub.add_argument("--resume", metavar="RUN", help="go on with a stopped or lost run")


def _sample(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("prompt", metavar="PROMPT")
    sub.add_argument("--n", type=int, default=1, help="samples, from one reading of the prompt")
    sub.add_argument("--temperature", type=float, default=0.8, metavar="T", help="0 is greedy")
    sub.add_argument("--top-k", type=int, default=0, metavar="K", help="0 is off")
    sub.add_argument("--top-p", type=float, default=1.0, metavar="P", help="1 is off")
    sub.add_argument("--min-p", type=float, default=0.0, metavar="P", help="0 is off")
    sub.add_argument("--repetition-penalty", type=float, default=1.0, metavar="R", help="1 is off")
    sub.add_argument("--seed", type=int, metavar="S")
    sub.add_argument("--max-tokens", type=int, default=64, metavar="N")
    sub.add_argument("--stop", action="append", default=[], metavar="TEXT")
    sub.add_argument("--chat", action="store_true", help="ask the prompt as a user's message")


def _ask(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("question", metavar="QUESTION", nargs="?")
    sub.add_argument("--file", metavar="F.jsonl", help='lines {"id", "question"}; "-" is stdin')
    sub.add_argument("--max-tokens", type=int, default=64, metavar="N")
    sub.add_argument(
        "--tools",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="let the model call tools (no checkpoint has learned to yet)",
    )


def _world(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("what", metavar="facts", choices=("facts",))
    sub.add_argument("--tier", choices=TIERS)
    sub.add_argument("--split", choices=SPLITS)
    sub.add_argument("--kind", metavar="K", help="person, town, school, river, invention or book")
