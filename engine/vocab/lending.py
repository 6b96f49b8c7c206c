"""Holds a tokenizer for another process (``engine.vocab.lent``): an ``engine.helper`` process.

Run as ``python -m engine.vocab.lending NAME``. It is opened by the first question, so that what is
wrong with it is an answer like any other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from engine.conversation import Part, Turn
from engine.helper import as_bytes, as_text, serve
from engine.tokenizer_imported import ImportedTokenizer
from engine.vocab.cuts import why_uncut
from engine.vocab.find import FoundTokenizer, find_tokenizer
from engine.vocab.replay import Step, pair_ranks, replay
from engine.vocab.splits import split


def questions(find: Callable[[], FoundTokenizer]) -> Mapping[str, Callable[..., Any]]:
    """What can be asked of a tokenizer, by name; what is found is JSON.

    Args:
        find: gives it. Raises LabError.
    """

    def about() -> dict[str, Any]:
        found = find()
        tokenizer = found.tokenizer
        return {
            "name": found.name,
            "n_vocab": tokenizer.n_vocab,
            "special": tokenizer.special,
            "ids_are_ranks": tokenizer.ids_are_ranks,
            "why_whole": why_uncut(tokenizer),
            "chats": found.chat is not None,
        }

    def encode(texts: Sequence[str]) -> dict[str, Any]:
        tokenizer = find().tokenizer
        ids = tokenizer.encode_batch(texts)
        tokens = sorted(set().union(*ids))
        return {
            "ids": ids,
            "tokens": tokens,
            "bytes": [as_text(tokenizer.token_bytes(token)) for token in tokens],
        }

    def character_places(text: str) -> Sequence[tuple[int, int]]:
        tokenizer = find().tokenizer
        assert isinstance(tokenizer, ImportedTokenizer), "no other rewrites what it reads"
        return tokenizer.character_places(text)

    def chat(turns: Sequence[Mapping[str, Any]]) -> list[Any]:
        writer = find().chat
        assert writer is not None, "about() said that it writes no conversations"
        written = writer.write(
            [Turn(turn["role"], tuple(Part(**part) for part in turn["parts"])) for turn in turns]
        )
        return [
            (each.piece.id, as_text(each.piece.data), each.piece.special, each.role, each.counted)
            for each in written
        ]

    return {
        "about": about,
        "encode": encode,
        "token_bytes": lambda token: as_text(find().tokenizer.token_bytes(token)),
        "split": lambda text: [as_text(part) for part in split(find().tokenizer, text)],
        "character_places": character_places,
        "replay": lambda word: list(map(_step_written, replay(find().tokenizer, word))),
        "replay_bytes": lambda data: list(
            map(_step_written, replay(find().tokenizer, as_bytes(data)))
        ),
        "pair_ranks": lambda parts: pair_ranks(find().tokenizer, list(map(as_bytes, parts))),
        "chat": chat,
    }


def _step_written(step: Step) -> list[Any]:
    pair = None if step.pair is None else [as_text(part) for part in step.pair]
    return [step.kind, [as_text(part) for part in step.parts], step.ids, step.at, pair, step.rank]


if __name__ == "__main__":
    serve(questions(cache(lambda: find_tokenizer(sys.argv[1]))))
