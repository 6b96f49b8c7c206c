"""The form of ``llmlab tokenize``."""

from __future__ import annotations

import argparse

DEFAULT_TOKENIZER = "nano/sft"


def add_tokenize_options(sub: argparse.ArgumentParser) -> None:
    """Give the command its arguments."""
    sub.add_argument("text", metavar="TEXT", nargs="?", help='what to cut; "-" is stdin')
    sub.add_argument(
        "--tokenizer",
        default=DEFAULT_TOKENIZER,
        metavar="NAME",
        help="a checkpoint, a tokenizer.json or its folder, a .gguf file, or an encoding of "
        "tiktoken such as gpt2, cl100k_base, o200k_base (default: %(default)s)",
    )
    sub.add_argument(
        "--chat", metavar="F.json", help='a conversation instead: [{"role", "content"}, ...]'
    )
    sub.add_argument(
        "--mask", action="store_true", help="with --chat: say which tokens the loss counts"
    )
