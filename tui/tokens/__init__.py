"""What the Tokens pane knows, without a widget: texts cut live, drawn, edited and explained.

``buffer`` is the text under the cursor, ``desk`` the tokenizers that are open on it, ``cut`` what
one of them makes of it; ``glyphs`` is how a token looks, ``lines`` how tokens flow into lines,
``sheet`` those on a screen, ``looks`` their colours. ``names`` says which tokenizers there are,
``reading`` and ``examples`` what texts. The views: ``about_text`` (one token), ``merging``,
``chat_layout`` and ``talk`` (conversations), ``learning``, ``spelling_text``. Nothing here imports
torch or Textual's widgets.
"""
