"""Where a message of a conversation is typed."""

from __future__ import annotations

from tui.widgets.prompt_box import PromptBox


class MessageBox(PromptBox):
    """The prompt's keys, with another help."""

    HELP = """
## The message

**enter** sends it (so does **ctrl+j**); **alt+enter** starts a new line. In an empty box it asks a
question again that broke off.
**escape** goes to the conversation, where letters are keys and not text; an answer that is on its
way stops.
"""
