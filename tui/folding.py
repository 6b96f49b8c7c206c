"""Facts in a line, or in as many as they need: a line ends between two facts, never within one."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content


def folded(facts: Iterable[Content], between: str, width: int) -> Content:
    """``facts`` with ``between`` between them, in lines of at most ``width`` cells.

    A fact that is wider than a line stands on lines of its own.
    """
    lines: list[Content] = []
    for fact in filter(None, facts):
        if lines and lines[-1].cell_length + len(between) + fact.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], between, fact)
        else:
            lines.append(fact)
    return Content("\n").join(lines)
