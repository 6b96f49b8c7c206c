"""The keys of the Tokens pane, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Tokens

A model never sees letters. It sees ids: each stands for a run of bytes that is common in what its
tokenizer was trained on.

**t** the text as tokens, **c** two to four tokenizers side by side, **m** how the word under the
cursor is merged, step by step, **h** a conversation with its special tokens and the loss mask,
**r** a small tokenizer trained on the text while you watch, **s** why a model can't spell.

**k** chooses another tokenizer, **+** puts one more beside it, **-** takes it away, **[** and **]**
go to the next one. **v** shows blanks as dots, **i** shows ids in place of text. **x** takes the
next example, **o** opens a file.
"""

BINDINGS: list[BindingType] = [
    Binding("k", "choose", "tokenizer", id="tokens.choose"),
    Binding("plus,equals_sign", "add", "one more", key_display="+", id="tokens.add"),
    Binding("minus", "remove", "one less", key_display="-", show=False, id="tokens.remove"),
    Binding("left_square_bracket", "turn(-1)", "turn", key_display="[ ]", id="tokens.before"),
    Binding("right_square_bracket", "turn(1)", "next", show=False, id="tokens.next"),
    Binding("v", "blanks", "blanks", show=False, id="tokens.blanks"),
    Binding("i", "ids", "ids", show=False, id="tokens.ids"),
    Binding("x", "example", "example", id="tokens.example"),
    Binding("o", "open", "open", show=False, id="tokens.open"),
    Binding("t", "view('text')", "text", show=False, id="tokens.text"),
    Binding("c", "view('compare')", "compare", show=False, id="tokens.compare"),
    Binding("m", "view('merges')", "merges", show=False, id="tokens.merges"),
    Binding("h", "view('chat')", "chat", show=False, id="tokens.chat"),
    Binding("r", "view('train')", "train", show=False, id="tokens.train"),
    Binding("s", "view('spelling')", "spelling", show=False, id="tokens.spelling"),
    Binding("escape", "back", "back", show=False, id="tokens.back"),
]
"""Single letters; while a text is written they are text."""
