"""The keys of the Chat & Tools pane, and its help.

Single letters work while the conversation has the focus; in the prompt they are text.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Chat & Tools

An assistant that has learned tools writes a *call*: a special token, what it wants of the tool, and
another special token. The lab runs it, and the output goes into the context as **forced** tokens;
then the answer goes on. No text can make a call: only special tokens that the model itself sampled.

Each tool has a policy (click on it, or **F4**): *ask*, each call waits for you; *always*, calls run
at once; *never*, the tool is not offered. **o** asks the same question with tools off.

**ctrl+n** begins a new conversation, **ctrl+l** lists the old ones, **F3** is the tool bench, where
you call tools by hand.
"""

BINDINGS: list[BindingType] = [
    Binding("escape", "stop", "stop", show=False, id="chat.stop"),
    Binding("a", "decide('approve')", "approve", id="chat.approve"),
    Binding("d", "decide('deny')", "deny", id="chat.deny"),
    Binding("e", "decide('edit')", "edit call", id="chat.edit"),
    Binding("i", "decide('inject')", "inject", id="chat.inject"),
    Binding("r", "decide('rerun')", "rerun", id="chat.rerun"),
    Binding("o", "decide('without')", "tools off", id="chat.without"),
    Binding("ctrl+n", "new", "new", key_display="^n", id="chat.new"),
    Binding("ctrl+l,l", "past", "past", key_display="^l", id="chat.past"),
    Binding("f2,s", "sampling", "sampling", show=False, id="chat.sampling"),
    Binding("f3,b", "bench", "bench", key_display="F3", id="chat.bench"),
    Binding("f4,p", "policies", "tools", key_display="F4", id="chat.policies"),
    Binding("c", "choose", "model", show=False, id="chat.choose"),
    Binding("x", "app.export", "export", show=False, id="chat.export"),
    Binding("slash", "write", "prompt", show=False, id="chat.write"),
]
