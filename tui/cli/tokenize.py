"""``llmlab tokenize``: what a model sees of a text or a conversation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from engine import paths
from engine.errors import LabError
from engine.vocab.chats import ChatPiece
from engine.vocab.find import FoundTokenizer, find_tokenizer
from engine.vocab.messages import read_messages
from engine.vocab.pieces import TokenPiece, cut
from tui.cli.output import emit_json, table
from tui.safe_text import one_line

_COUNTED = {True: "yes", False: "no", None: "?"}


def run(arguments: argparse.Namespace) -> int:
    """Cut a text or a conversation into tokens and print them.

    Raises:
        LabError: not exactly one of both, no such tokenizer, or a text that is none.
    """
    if (arguments.text is None) == (arguments.chat is None):
        raise LabError("llmlab tokenize takes either a TEXT or --chat F.json. Give one of them.")
    if arguments.mask and arguments.chat is None:
        raise LabError("--mask tells what the loss counts of a conversation. Give --chat F.json.")
    if arguments.chat is None:
        text = _text(arguments.text)
        found = find_tokenizer(arguments.tokenizer)
        _show_text(found, cut(found.tokenizer, text), as_json=arguments.json)
    else:
        turns = read_messages(paths.expanded(arguments.chat))
        found = find_tokenizer(arguments.tokenizer)
        if found.chat is None:
            raise LabError(
                f"The tokenizer {found.name} has no way of writing conversations down. Choose that "
                "of a chat model, such as nano/sft, or cl100k_base or o200k_base."
            )
        written = found.chat.write(turns)
        _show_chat(found, written, mask=arguments.mask, as_json=arguments.json)
    return 0


def _text(given: str) -> str:
    """The text of the command line or of stdin, which must be one."""
    try:
        if given == "-":
            return sys.stdin.buffer.read().decode()
        # What is not UTF-8 reaches us as halves of surrogate pairs.
        return given.encode("utf-8", "surrogateescape").decode()
    except UnicodeDecodeError as error:
        where = "stdin" if given == "-" else "TEXT"
        raise LabError(f"{where} is not UTF-8 (byte {error.start}). Send UTF-8.") from error


def _show_text(found: FoundTokenizer, pieces: Sequence[TokenPiece], *, as_json: bool) -> None:
    if as_json:
        emit_json({"tokens": [_fields(piece) for piece in pieces], **_counts(found, pieces)})
        return
    rows = [_cells(piece) for piece in pieces]
    table([("id", "bytes", "text"), *rows], right=(0,))
    print(_summary(found, pieces))


def _show_chat(
    found: FoundTokenizer, written: Sequence[ChatPiece], *, mask: bool, as_json: bool
) -> None:
    pieces = [each.piece for each in written]
    if as_json:
        tokens = [
            {
                **_fields(each.piece),
                "role": each.role,
                "special": each.piece.special is not None,
                **({"counted": each.counted} if mask else {}),
            }
            for each in written
        ]
        emit_json({"tokens": tokens, **_counts(found, pieces)})
        return
    rows = []
    for each in written:
        token, data, text = _cells(each.piece)
        loss = (_COUNTED[each.counted],) if mask else ()
        rows.append((token, each.role or "", *loss, data, text))
    head = ("id", "role", *(("loss",) if mask else ()), "bytes", "text")
    table([head, *rows], right=(0,))
    n_counted = sum(each.counted is True for each in written)
    print(_summary(found, pieces) + (f" The loss counts {n_counted:,}." if mask else ""))


def _fields(piece: TokenPiece) -> dict[str, Any]:
    return {"id": piece.id, "text": piece.text, "bytes": piece.data.hex()}


def _cells(piece: TokenPiece) -> tuple[str, str, str]:
    """A token for human eyes: white space can be told apart, and nothing steers the terminal."""
    text = piece.special or f'"{piece.text}"'
    return str(piece.id), piece.data.hex(), one_line(text)


def _counts(found: FoundTokenizer, pieces: Sequence[TokenPiece]) -> dict[str, Any]:
    n_bytes = sum(len(piece.data) for piece in pieces)
    return {
        "tokenizer": found.name,
        "n_vocab": found.tokenizer.n_vocab,
        "n_tokens": len(pieces),
        "n_bytes": n_bytes,
        "bytes_per_token": round(n_bytes / len(pieces), 3) if pieces else None,
    }


def _summary(found: FoundTokenizer, pieces: Sequence[TokenPiece]) -> str:
    counts = _counts(found, pieces)
    ratio = f", {counts['bytes_per_token']:.2f} bytes a token" if pieces else ""
    return (
        f"{counts['n_tokens']:,} tokens, {counts['n_bytes']:,} bytes{ratio}; "
        f"{one_line(found.name)} has {counts['n_vocab']:,} entries."
    )
