"""The keys of the Compare pane, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Compare

One prompt goes to all columns at once. In **chat** mode an assistant gets it as a conversation and
a base model, which has never seen one, as raw text; the head of each column says which.

A question about the pocket web has a known answer: under the text stands whether it was met, and on
how many pages the fact stood.

Move to a column, then pick any token with the arrow keys or the mouse. **c** puts another model in
the column: a checkpoint in any precision, an imported model, or one of a connected server.
"""

BINDINGS: list[BindingType] = [
    Binding("escape", "stop", "stop", id="compare.stop"),
    Binding("ctrl+r,n", "reseed", "new seed", key_display="^r", id="compare.reseed"),
    Binding("ctrl+t,m", "mode", "raw/chat", key_display="^t", id="compare.mode"),
    Binding("f2,s", "sampling", "sampling", key_display="F2", id="compare.sampling"),
    Binding("o", "own", "own sampling", id="compare.own"),
    Binding("c", "choose", "model", id="compare.choose"),
    Binding("plus", "add", "add column", show=False, id="compare.add"),
    Binding("minus", "remove", "remove column", show=False, id="compare.remove"),
    Binding("right_square_bracket", "column(1)", "next column", show=False, id="compare.next"),
    Binding("left_square_bracket", "column(-1)", "last column", show=False, id="compare.last"),
    Binding("v", "prompt", "show the prompt's tokens", show=False, id="compare.prompt"),
    Binding("slash,p", "edit", "edit the prompt", show=False, id="compare.edit"),
]
