"""What the Tokens pane knows, without a widget: texts cut live, drawn, edited and explained.

``glyphs`` is how one token looks, ``lines`` how tokens flow into lines, ``buffer`` the text under
the cursor, ``desk`` the tokenizers that are open; the words of each view have a file of their own.
Nothing here imports torch or Textual's widgets.
"""
