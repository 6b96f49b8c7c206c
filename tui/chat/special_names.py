"""What the special tokens around calls are called, learned from the calls themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine import special

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo
    from tui.chat.conversation import Conversation


def special_names(conversation: Conversation, tools: Sequence[ToolInfo]) -> dict[int, str]:
    """The names, by id, of the tokens that begin and end calls and their outputs."""
    starts_and_ends = {tool.name: (tool.start, tool.end) for tool in tools}
    names = {}
    for exchange in conversation.exchanges:
        for call in exchange.reply.calls:
            if call.tool not in starts_and_ends:
                continue
            start, end = starts_and_ends[call.tool]
            if call.tokens:
                names[call.tokens[0].id] = start
                if call.given is not None and len(call.tokens) > 1:
                    names[call.tokens[-1].id] = end
            if len(call.output) > 1 and call.whole:
                names[call.output[0].id] = special.OUTPUT_START
                names[call.output[-1].id] = special.OUTPUT_END
    return names
