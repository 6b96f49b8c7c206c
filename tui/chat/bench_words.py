"""What the tool bench says of a tool, of a result, and of the tokens that a model would read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui.chat.looks import BLANK_SIGN, lines
from tui.format import duration
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from engine.tool_protocol import ToolAnswer, ToolInfo
    from tools.result import Kind, ToolResult

STRUCTURE_STYLE = "bold reverse"

_KINDS: dict[Kind, tuple[str, str]] = {
    "ok": ("✓ ok", "$text-success"),
    "empty": ("○ it ran and found nothing", "$text-warning"),
    "error": ("✗ error: what was asked is wrong", "$text-error"),
    "timeout": ("✗ timed out", "$text-error"),
    "limit": ("✗ over a limit", "$text-error"),
    "blocked": ("✗ blocked by the jail", "$text-error"),
    "crashed": ("✗ the process that ran it died", "$text-error"),
    "unavailable": ("✗ the tool cannot work now", "$text-error"),
    "denied": ("○ denied", "$text-warning"),
    "cancelled": ("○ cancelled", "$text-warning"),
}


def tool_words(tool: ToolInfo) -> Content:
    """What it does, how it is contained, and why not better."""
    doc = one_line(tool.doc.strip().partition("\n")[0])
    about = [visible(tool.trust), one_line(tool.tier), one_line(tool.detail)]
    sign = "" if tool.available else "✗ not available · "
    return Content.assemble(doc, "\n", (sign + " · ".join(filter(None, about)), "$quiet"))


def result_words(result: ToolResult) -> tuple[Content, Content]:
    """One line: the kind, the time, the tier; and the output, the error, where it is from."""
    words, style = _KINDS[result.kind]
    facts = [duration(result.elapsed_ms / 1000)]
    facts += [f"jail: {visible(result.tier)}"] if result.tier else []
    facts += ["output cut"] if result.truncated else []
    state = Content.assemble((words, style), (f" · {' · '.join(facts)}", "$quiet"))
    parts = [Content(lines(result.output))] if result.output else []
    parts += [Content.styled(lines(result.error), "$text-error")] if result.error else []
    if result.sources:
        found = ", ".join(map(one_line, result.sources))
        parts.append(Content.styled(f"from {found}", "$quiet"))
    return state, Content("\n").join(parts or [Content.styled("(no output)", "$quiet")])


def tokens_words(answer: ToolAnswer) -> Content:
    """Call and output as they would stand in the context."""
    n_call, n_output = len(answer.call_ids), len(answer.output_ids)
    spans: list[tuple[str, str]] = [
        (f"in the context: {n_call} tokens that a model would sample, ", "$quiet"),
        (f"{n_output} that are forced; structure is ", "$quiet"),
        ("marked", STRUCTURE_STYLE),
        ("\n", ""),
    ]
    spans += _spans(answer.call_ids, answer.call_tokens, "")
    spans.append(("\n", ""))
    spans += _spans(answer.output_ids, answer.output_tokens, "underline")
    return Content.assemble(*spans)


def _spans(ids: Sequence[int], texts: Sequence[str], style: str) -> list[tuple[str, str]]:
    spans = []
    for number, (token, text) in enumerate(zip(ids, texts, strict=True)):
        fence = number in (0, len(ids) - 1)
        shown = one_line(text).replace(" ", BLANK_SIGN) or "·"
        spans.append((shown, STRUCTURE_STYLE if fence else style))
        spans.append((f"‹{token}› ", "$quiet"))
    return spans
