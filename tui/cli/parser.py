"""The forms of every command; their defaults come from the places that own them."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from engine import __version__
from engine.bench.plan import SECTIONS
from engine.data.entities import SPLITS, TIERS
from engine.precision import PRECISIONS
from engine.rl.plan import ALGORITHMS
from engine.server.address import DEFAULT_HOST, DEFAULT_PORT
from tui.cli.data_forms import add_bench_data, add_data
from tui.cli.number_types import decimal, whole
from tui.cli.probe_forms import add_probe
from tui.cli.runs_forms import add_runs
from tui.cli.settings_forms import add_screen_options, add_settings
from tui.cli.tokenize_forms import add_tokenize_options
from tui.cli.train_forms import add_rollouts_options, add_train_options

_DEFAULT = "(default: %(default)s)"


class Parser(argparse.ArgumentParser):
    """A parser that may take options between its positional arguments: ``ask CKPT --tools Q``.

    By itself argparse gives up on an optional positional that an option stands before.
    """

    mixes = False
    """Whether it does; not for one that has commands of its own."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What argparse calls for every command."""
        if not self.mixes:
            return super().parse_known_args(args, namespace)
        self.mixes = False  # as the next line comes back here
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.mixes = True


def _command(module: str) -> Any:
    """Import a command only when it runs: ``--help`` stays instant and free of torch."""

    def run(arguments: argparse.Namespace) -> int:
        return int(import_module(f"tui.cli.{module}").run(arguments))

    return run


def build_parser() -> argparse.ArgumentParser:
    """The parser of ``llmlab``."""
    parser = Parser(
        prog="llmlab",
        description="A terminal lab in which you build a small ChatGPT and take it apart. "
        "Without a command it opens the app.",
    )
    parser.add_argument("--version", action="version", version=f"llmlab {__version__}")
    add_screen_options(parser)
    parser.set_defaults(run=_command("open_app"))
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    def add(name: str, module: str, text: str) -> Parser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=_command(module))
        sub.add_argument("--json", action="store_true", help="print JSON only on stdout")
        return sub

    add("info", "info", "Say what llmlab runs on and where its files lie.")
    add("checkpoints", "checkpoints", "List the checkpoints there are.")
    text = "Train a stage; the run goes on if this terminal closes."
    add_train_options(add("train", "train", text))
    text = "Show what was attempted in a step of a run of the stage rl."
    add_rollouts_options(add("rollouts", "rollouts", text))
    _sample(add("sample", "sample", "Continue a prompt with a checkpoint."))
    _ask(add("ask", "ask", "Answer one question, or a file of them in batches."))
    sub = add("eval", "evaluate", "Measure a checkpoint on held-out data.")
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument(
        "--task",
        metavar="T",
        help="one task only, such as facts, word_problems or gym:gcd (default: the model card's)",
    )
    sub.add_argument("--n", type=whole, metavar="N", help="problems of a task with a verifier")
    sub.add_argument("--samples", type=whole, metavar="S", help="answers to each of them")
    sub = add("tokenize", "tokenize", "Show a text or a conversation as a model sees it: tokens.")
    sub.mixes = True
    add_tokenize_options(sub)
    _import(add("import", "importing", "Bring in a model of the Llama or Qwen3 family."))
    _export(add("export", "export", "Write a checkpoint for transformers and vLLM, or llama.cpp."))
    _connect(add("connect", "connect", "Connect an OpenAI-compatible server to compare with."))
    _world(add("world", "world", "Show what is true in the pocket web."))
    add("tools", "tools", "List the tools that a model or you can call.")
    _tool(add("tool", "tool", "Call a tool by hand, as a model would."))
    _serve(add("serve", "serve", "Answer OpenAI's HTTP API, for other programs and machines."))
    _web(add("web", "web", "Open the app in a browser (needs textual-serve)."))
    _bench(commands)
    add_data(commands, _command)
    _course(commands)
    add_probe(commands, _command)
    add_runs(commands, _command)
    add_settings(commands, _command)
    sub = add("keys", "keys", "List every key and what it does.")
    sub.add_argument("--markdown", action="store_true", help="print Markdown tables")
    return parser


def _sample(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("prompt", metavar="PROMPT")
    sub.add_argument("--n", type=whole, default=1, help="samples, from one reading of the prompt")
    sub.add_argument("--temperature", type=decimal, default=0.8, metavar="T", help="0 is greedy")
    sub.add_argument("--top-k", type=whole, default=0, metavar="K", help="0 is off")
    sub.add_argument("--top-p", type=decimal, default=1.0, metavar="P", help="1 is off")
    sub.add_argument("--min-p", type=decimal, default=0.0, metavar="P", help="0 is off")
    sub.add_argument(
        "--repetition-penalty", type=decimal, default=1.0, metavar="R", help="1 is off"
    )
    sub.add_argument("--seed", type=whole, metavar="S")
    sub.add_argument("--max-tokens", type=whole, default=64, metavar="N")
    sub.add_argument("--stop", action="append", default=[], metavar="TEXT")
    sub.add_argument("--chat", action="store_true", help="ask the prompt as a user's message")


def _ask(sub: Parser) -> None:
    sub.mixes = True
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("question", metavar="QUESTION", nargs="?")
    sub.add_argument("--file", metavar="F.jsonl", help='lines {"id", "question"}; "-" is stdin')
    sub.add_argument(
        "--max-tokens", type=whole, metavar="N", help="default: 64; with tools 192, calls included"
    )
    sub.add_argument(
        "--tools",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="let the model call the tools that it has learned (default: --no-tools)",
    )


def _import(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        help="a Hugging Face folder, a .gguf file, or hf:ORG/NAME for the hub",
    )
    sub.add_argument("--name", metavar="N", help="what to call it (else as its source does)")
    sub.add_argument("--remove", metavar="NAME", help="delete an imported model")


def _export(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("checkpoint", metavar="CKPT")
    sub.add_argument("target", metavar="DIR", help="a new folder; with --gguf also FILE.gguf")
    sub.add_argument("--gguf", action="store_true", help="one file for llama.cpp")


def _serve(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--host", default=DEFAULT_HOST, help="address to listen on (default: %(default)s)"
    )
    sub.add_argument(
        "--port", type=whole, default=DEFAULT_PORT, help="0: any (default: %(default)s)"
    )
    sub.add_argument(
        "--token", metavar="T", help="clients must show it (better: LLMLAB_TOKEN, --token-file)"
    )
    sub.add_argument("--token-file", metavar="F", help="a file that holds the token")


def _web(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--host", default=DEFAULT_HOST, help="address to listen on (default: %(default)s)"
    )
    sub.add_argument("--port", type=whole, default=8000, help="0: any (default: %(default)s)")
    sub.add_argument(
        "--open-to-network", action="store_true", help="let other machines connect as well"
    )


def _course(commands: Any) -> None:
    text = "The guided course: F5 in the app opens it."
    parts = commands.add_parser("course", help=text, description=text).add_subparsers(
        metavar="WHAT", dest="what", required=True
    )
    text = "List the steps of a course and say what is wrong with its files."
    sub = parts.add_parser("check", help=text, description=text)
    sub.set_defaults(run=_command("course"))
    sub.add_argument("folder", metavar="FOLDER", nargs="?", help="the lecture's course if left out")
    sub.add_argument("--json", action="store_true", help="print JSON only on stdout")


def _tool(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", help="python, calc, search, ... (see llmlab tools)")
    sub.add_argument(
        "text",
        metavar="TEXT",
        nargs="+",  # not "*", which would end before an option that stands behind NAME
        help="code, an expression or a query; equal takes two; '-' is stdin",
    )
    sub.add_argument("--provider", metavar="P", help="search: whom to ask (default: pocket)")
    sub.add_argument("--timeout", type=decimal, metavar="S", help="python, maths: seconds at most")
    sub.add_argument(
        "--unsafe-python",
        action="store_true",
        help="python, maths: run without a jail where this machine has none",
    )


def _bench(commands: Any) -> None:
    text = "Measure speed as ratios against a peer, in one run."
    benches = commands.add_parser("bench", help=text, description=text).add_subparsers(
        metavar="NAME", dest="name", required=True
    )
    for name, text in (
        ("decode", "The engine beside transformers and llama.cpp, and this machine's memory."),
        ("kill", "Kills the app at random moments: is all there that it showed as kept?"),
        ("rollouts", "A step of the stage rl, its attempts beside those of transformers."),
        (
            "memory",
            "The app's memory once all of it was shown, and over an hour of streaming.",
        ),
        ("scroll", "Frames a second while a long conversation is scrolled."),
        ("startup", "The app's first paint beside an empty Textual app."),
        ("tui", "From a key press to the screen: beside four streams, and in a long text."),
        ("data", "The funnel beside datatrove's local executor, and its memory."),
        ("tokenize", "Cutting text beside tiktoken and tokenizers, and edits of a long one."),
        ("tools", "Python in the jail beside fresh processes, the calculator, the search."),
    ):
        sub = benches.add_parser(name, help=text, description=text)
        sub.set_defaults(run=_command("bench"))
        sub.add_argument("--json", action="store_true", help="print JSON only on stdout")
        if name == "decode":
            _bench_decode(sub)
        if name == "kill":
            sub.add_argument("--times", type=whole, default=50, metavar="N", help="(default 50)")
            sub.add_argument("--seed", type=whole, default=0, metavar="N", help="of the moments")
        if name == "memory":
            sub.add_argument("--minutes", type=_minutes, default=1.0, metavar="N",
                             help="of streaming at a model's own pace (default 1)")  # fmt: skip
        if name == "rollouts":
            _bench_rollouts(sub)
        if name == "data":
            add_bench_data(sub)
        if name == "tokenize":
            sub.add_argument("tokenizer", metavar="NAME", nargs="*",
                             help="of tokenizers (default: ours, OpenAI's)")  # fmt: skip


def _bench_decode(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("checkpoint", metavar="CKPT", nargs="?", default="nano/base")
    sub.add_argument(
        "--precision",
        nargs="+",
        choices=PRECISIONS,
        default=[],
        metavar="P",
        help=f"{', '.join(PRECISIONS)} (default by size); the first one is used in every section",
    )
    sub.add_argument(
        "--batch", type=_sizes, default=(1, 16, 64), metavar="N,N", help="prompts at a time"
    )
    sub.add_argument("--only", nargs="+", choices=SECTIONS, default=[], metavar="SECTION",
                     help=", ".join(SECTIONS))  # fmt: skip
    sub.add_argument("--tokens", type=whole, metavar="N", help="added to each prompt (by size)")
    sub.add_argument("--rounds", type=whole, metavar="N", help="turns of each, at most (by size)")


def _bench_rollouts(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--checkpoint", metavar="CKPT", default="nano/sft", help=_DEFAULT)
    sub.add_argument("--task", metavar="T", default="word_problems", help=_DEFAULT)
    sub.add_argument("--algorithm", choices=ALGORITHMS, default=ALGORITHMS[0],
                     help=f"that learns from them: {', '.join(ALGORITHMS)} {_DEFAULT}")  # fmt: skip
    sub.add_argument("--rounds", type=whole, metavar="N", help="turns of each, at most")


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(map(whole, text.split(",")))
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no list such as 1,16,64") from error


def _minutes(text: str) -> float:
    minutes = decimal(text)
    if minutes <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes such as 60 or 0.5")
    return minutes


def _connect(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("url", metavar="URL", nargs="?", help="such as http://localhost:11434")
    sub.add_argument("--name", metavar="N", help="what to call it (else by its host)")
    sub.add_argument("--key-env", metavar="VAR", help="the environment variable with its key")
    sub.add_argument("--key-file", metavar="F", help="the file with its key")
    sub.add_argument("--list", action="store_true", help="list the servers that are connected")
    sub.add_argument("--remove", metavar="NAME", help="forget a server")


def _world(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("what", metavar="facts", choices=("facts",))
    sub.add_argument("--tier", choices=TIERS)
    sub.add_argument("--split", choices=SPLITS)
    sub.add_argument("--kind", metavar="K", help="person, town, school, river, invention or book")
