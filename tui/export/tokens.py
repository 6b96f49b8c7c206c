"""The contents of the Tokens pane, view by view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.export.made import Made
from tui.export.markdown import Cell, fenced, inline, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.tokenizer_protocol import AnyTokenizer
    from engine.vocab.chats import ChatPiece
    from engine.vocab.live_training import Merge
    from engine.vocab.replay import Step
    from tui.tokens.desk import Desk, Seat
    from tui.tokens.merging import Merging

MOST_LINES = 2000
"""Of a table to be read."""
Found = tuple[str, "AnyTokenizer", list[int]]
"""A tokenizer's name, what knows the bytes of its tokens, and the tokens."""


def of_text(desk: Desk, seats: Sequence[Seat]) -> Contents | None:
    """A row is a token of the text, for each of the tokenizers in turn."""
    # The ids as they are now: the text may be edited while they are written.
    found: list[Found] = [
        (seat.name, seat.cut.live.tokenizer, list(seat.cut.ids))
        for seat in seats
        if seat.cut is not None
    ]
    text = desk.buffer.text
    if not found or not text:
        return None
    counts = [
        (seat.name, c.tokens, c.characters, c.bytes, c.characters_a_token, c.bytes_a_token)
        for seat in seats
        if (c := desk.counts(seat)) is not None
    ]
    blocks = Made(lambda: _blocks(text, counts, found))
    return Contents("Text as tokens", blocks, Made(lambda: _rows(found)))


def _blocks(text: str, counts: Sequence[Sequence[Cell]], found: Sequence[Found]) -> Iterator[str]:
    yield fenced(text)
    titles = ("tokenizer", "tokens", "characters", "bytes", "characters a token", "bytes a token")
    yield table(titles, counts)
    for name, tokenizer, ids in found:
        yield f"## {inline(name)}"
        if len(ids) > MOST_LINES:
            yield f"The first {MOST_LINES} of {len(ids)}; JSONL and CSV have all of them."
        lines: list[list[Cell]] = [
            [n, id_, repr(_text(data)), data.hex(" ")]
            for n, id_ in enumerate(ids[:MOST_LINES])
            for data in (tokenizer.token_bytes(id_),)
        ]
        yield table(("#", "id", "token", "bytes"), lines)


def _rows(found: Sequence[Found]) -> Iterator[dict[str, Any]]:
    for name, tokenizer, ids in found:
        for place, id_ in enumerate(ids):
            data = tokenizer.token_bytes(id_)
            yield {
                "tokenizer": name,
                "index": place,
                "id": id_,
                "text": _text(data),
                "bytes": data,
                "rank": id_ if tokenizer.ids_are_ranks else None,
            }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def of_merges(merging: Merging) -> Contents:
    """A row is a step of the word from its bytes to its tokens."""
    name, word, steps = merging.name, merging.word, merging.steps
    blocks, rows = Made(lambda: _merges(word, steps)), Made(lambda: _steps(name, word, steps))
    return Contents(f"Merges by {name}", blocks, rows)


def _merges(word: str, steps: Sequence[Step]) -> Iterator[str]:
    yield fenced(word)
    lines: list[list[Cell]] = [
        [number, step.kind, step.rank, " ".join(map(_shown, step.parts))]
        for number, step in enumerate(steps)
    ]
    yield table(("step", "what", "rank", "parts"), lines)


def _steps(name: str, word: str, steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    for number, step in enumerate(steps):
        yield {
            "tokenizer": name,
            "word": word,
            "step": number,
            "kind": step.kind,
            "pair": step.pair,
            "rank": step.rank,
            "parts": step.parts,
            "ids": step.ids,
        }


def _shown(data: bytes) -> str:
    return repr(data.decode("utf-8")) if _is_text(data) else f"<{data.hex(' ')}>"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def of_chat(tokenizer: str, written: Sequence[ChatPiece]) -> Contents | None:
    """A row is a token of the conversation: whose it is, and whether the loss counts it."""
    if not written:
        return None
    blocks, rows = Made(lambda: _turns(written)), Made(lambda: _pieces(tokenizer, written))
    return Contents(f"A conversation, written by {tokenizer}", blocks, rows)


def _turns(written: Sequence[ChatPiece]) -> Iterator[str]:
    lines: list[list[Cell]] = [
        [place, each.piece.id, repr(each.piece.text), each.role, "counts" if each.counted else ""]
        for place, each in enumerate(written)
    ]
    yield table(("#", "id", "token", "turn", "loss"), lines)


def _pieces(tokenizer: str, written: Sequence[ChatPiece]) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(written):
        yield {
            "tokenizer": tokenizer,
            "index": place,
            "id": each.piece.id,
            "text": each.piece.text,
            "role": each.role,
            "counted": each.counted,
        }


def of_training(merges: Sequence[Merge], figures: str) -> Contents:
    """A row is a merge, in the order in which they were learned."""
    rows = Made(lambda: map(_merge, merges)) if merges else ()
    return Contents("A small tokenizer", Made(lambda: _learned(merges, figures)), rows)


def _learned(merges: Sequence[Merge], figures: str) -> Iterator[str]:
    yield fenced(figures)
    lines: list[list[Cell]] = [
        [merge.step, _shown(merge.left), _shown(merge.right), merge.count] for merge in merges
    ]
    yield table(("merge", "left", "right", "times"), lines)


def _merge(merge: Merge) -> dict[str, Any]:
    return {
        "step": merge.step,
        "left": merge.left,
        "right": merge.right,
        "token": merge.token,
        "count": merge.count,
    }


def of_spelling(words: str) -> Contents:
    """Only to be read."""
    return Contents("Letters and tokens", (fenced(words),))
