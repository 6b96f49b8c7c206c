"""The contents of the Tokens pane, view by view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.export.markdown import Cell, fenced, inline, sections, table
from tui.export.rows import Rows
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from engine.tokenizer_protocol import AnyTokenizer
    from engine.vocab.chats import ChatPiece
    from engine.vocab.live_training import Merge
    from tui.tokens.desk import Desk, Seat
    from tui.tokens.merging import Merging

MOST_LINES = 2000
"""Of a table to be read."""
Found = tuple[str, "AnyTokenizer", list[int]]


def of_text(desk: Desk, seats: Sequence[Seat]) -> Contents | None:
    """A row is a token of the text, for each of the tokenizers in turn."""
    # The ids as they are now: the text may be edited while they are written.
    found: list[Found] = [
        (seat.name, seat.found.tokenizer, list(seat.cut.ids))
        for seat in seats
        if seat.found is not None and seat.cut is not None
    ]
    if not found or not desk.buffer.text:
        return None
    counts = [
        (seat.name, c.tokens, c.characters, c.bytes, c.characters_a_token, c.bytes_a_token)
        for seat in seats
        if (c := desk.counts(seat)) is not None
    ]
    titles = ("tokenizer", "tokens", "characters", "bytes", "characters a token", "bytes a token")
    blocks = [fenced(desk.buffer.text), table(titles, counts)]
    for name, tokenizer, ids in found:
        lines: list[list[Cell]] = [
            [n, id_, repr(_text(tokenizer, id_)), tokenizer.token_bytes(id_).hex(" ")]
            for n, id_ in enumerate(ids[:MOST_LINES])
        ]
        cut = f"The first {MOST_LINES} of {len(ids)}; JSONL and CSV have all of them."
        blocks += [f"## {inline(name)}", cut if len(ids) > MOST_LINES else ""]
        blocks.append(table(("#", "id", "token", "bytes"), lines))
    return Contents("Text as tokens", sections(blocks), Rows(lambda: _rows(found)))


def _rows(found: Sequence[Found]) -> Iterator[dict[str, Any]]:
    for name, tokenizer, ids in found:
        for place, id_ in enumerate(ids):
            yield {
                "tokenizer": name,
                "index": place,
                "id": id_,
                "text": _text(tokenizer, id_),
                "bytes": tokenizer.token_bytes(id_),
                "rank": id_ if tokenizer.ids_are_ranks else None,
            }


def _text(tokenizer: AnyTokenizer, id_: int) -> str:
    return tokenizer.token_bytes(id_).decode("utf-8", "replace")


def of_merges(merging: Merging) -> Contents:
    """A row is a step of the word from its bytes to its tokens."""
    rows = [
        {
            "tokenizer": merging.name,
            "word": merging.word,
            "step": number,
            "kind": step.kind,
            "pair": list(step.pair) if step.pair is not None else None,
            "rank": step.rank,
            "parts": list(step.parts),
            "ids": list(step.ids),
        }
        for number, step in enumerate(merging.steps)
    ]
    lines: list[list[Cell]] = [
        [number, step.kind, step.rank, " ".join(map(_shown, step.parts))]
        for number, step in enumerate(merging.steps)
    ]
    blocks = [fenced(merging.word), table(("step", "what", "rank", "parts"), lines)]
    return Contents(f"Merges by {merging.name}", sections(blocks), tuple(rows))


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
    rows = [
        {
            "tokenizer": tokenizer,
            "index": place,
            "id": each.piece.id,
            "text": each.piece.text,
            "role": each.role,
            "counted": each.counted,
        }
        for place, each in enumerate(written)
    ]
    lines: list[list[Cell]] = [
        [place, each.piece.id, repr(each.piece.text), each.role, "counts" if each.counted else ""]
        for place, each in enumerate(written)
    ]
    blocks = [table(("#", "id", "token", "turn", "loss"), lines)]
    return Contents(f"A conversation, written by {tokenizer}", sections(blocks), tuple(rows))


def of_training(merges: Sequence[Merge], figures: str) -> Contents:
    """A row is a merge, in the order in which they were learned."""
    rows = [
        {
            "step": merge.step,
            "left": merge.left,
            "right": merge.right,
            "token": merge.token,
            "count": merge.count,
        }
        for merge in merges
    ]
    lines: list[list[Cell]] = [
        [merge.step, _shown(merge.left), _shown(merge.right), merge.count] for merge in merges
    ]
    blocks = [fenced(figures), table(("merge", "left", "right", "times"), lines)]
    return Contents("A small tokenizer", sections(blocks), tuple(rows))


def of_spelling(words: str) -> Contents:
    """Only to be read."""
    return Contents("Letters and tokens", fenced(words))
