"""Where checkpoints came from, as the Runs pane and the command line say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.format import fitted, grouped
from tui.pieces import Piece
from tui.safe_text import one_line
from tui.stages import hue

if TYPE_CHECKING:
    from engine.lineage import Line, Node

_NAMES = {
    "val_bpb": "bpb",
    "facts_head": "head facts",
    "refused_unseen": "unseen refused",
    "right": "right",
}
_KINDS = {"shipped": "shipped", "imported": "imported", "run": "run", "gone": "gone"}
_NAME_CELLS = 30
_HASH = 8


def node_record(node: Node) -> dict[str, Any]:
    """A line of JSON or of a table: all but its figures."""
    return {
        "name": node.name,
        "kind": node.kind,
        "stage": node.stage,
        "sha256": node.sha256,
        "parent": node.parent,
        "parent_sha256": node.parent_sha256,
        "above": node.above.name if node.above else None,
        "steps": node.step,
        "tokens": node.tokens,
        "data": node.data,
        "words": node.words,
    }


def figures_words(node: Node) -> str:
    """``bpb 0.200 ← 0.197 · head facts 0.999 ← 0.992``: its own, then its parent's."""
    parts = []
    for name, (own, theirs) in node.headlines.items():
        before = "" if node.above is None else f" ← {'–' if theirs is None else f'{theirs:.3f}'}"
        parts.append(f"{_NAMES.get(name, name)} {own:.3f}{before}")
    return " · ".join(parts)


def made_words(node: Node) -> str:
    """What was done to make it: steps, tokens, data."""
    parts = []
    if node.kind in ("shipped", "run"):
        parts.append(f"{grouped(node.step)} steps")
    if node.data and node.data != "pocket web":
        parts.append(f"on {node.data}")
    if node.words:
        parts.append(node.words)
    return " · ".join(parts)


def line_pieces(line: Line, width: int) -> list[Piece]:
    """A line of the tree; what has no room is left out from the right."""
    node = line.node
    room = min(_NAME_CELLS, max(12, width // 3))
    boxes = fitted(line.boxes, room - 6)
    name = fitted(one_line(node.name), room - len(boxes))
    gone = node.kind == "gone"
    pieces = [
        Piece(boxes, "$quiet"),
        Piece(name.ljust(room - len(boxes)), "italic $quiet" if gone else "bold"),
        Piece(f" {node.stage:5}", hue(node.stage)),
        Piece(f" {node.sha256[:_HASH]:{_HASH}}", "$quiet"),
    ]
    left = width - room - 7 - _HASH
    words = _fitting([*figures_words(node).split(" · "), *made_words(node).split(" · ")], left - 2)
    pieces.append(Piece(f"  {words}", "$quiet" if gone else ""))
    return pieces


def _fitting(facts: Sequence[str], width: int) -> str:
    """As many whole facts as there is room for."""
    said = ""
    for fact in filter(None, map(one_line, facts)):
        longer = f"{said} · {fact}" if said else fact
        if len(longer) > width:
            break
        said = longer
    return said


def head_pieces(width: int) -> list[Piece]:
    """What stands above the tree."""
    room = min(_NAME_CELLS, max(12, width // 3))
    title = f"{'checkpoint':{room}} {'stage':5} {'weights':{_HASH}}  figures ← its parent's"
    return [Piece(fitted(title, width), "$quiet")]


def node_words(node: Node) -> str:
    """All of one node, a fact a line."""
    lines = [f"{node.name} · {_KINDS[node.kind]} {node.stage} {node.preset}".rstrip()]
    if node.parent is not None:
        parent = f"from {node.parent}"
        if node.parent_sha256:
            parent += f" ({node.parent_sha256[:_HASH]})"
        if node.above is not None and node.above.kind == "gone":
            parent += f", {node.above.words}"
        elif node.above is not None and node.above.name != node.parent:
            parent += f", whose weights {node.above.name} has now"
        lines[0] += f" · {parent}"
    made = made_words(node)
    if node.tokens:
        made += f" · {grouped(node.tokens)} tokens"
    lines += filter(None, [made, figures_words(node)])
    return "\n".join(lines)


def markdown(lines: Sequence[Line]) -> str:
    """The tree as a block of text."""
    drawn = []
    for line in lines:
        node = line.node
        facts = [node.stage, node.sha256[:_HASH], figures_words(node), made_words(node)]
        drawn.append(f"{line.boxes}{node.name}  {'  '.join(filter(None, facts))}")
    return "\n".join(["```", *map(one_line, drawn), "```"])
