"""What a pane shows, taken away as a file.

``markdown``  pieces of Markdown that any text can stand in
``forms``     contents as Markdown, JSONL, CSV; ``made`` what is made when it is written
``picture``   the screen as SVG
``files``     where it goes, and how it is written
``pipeline``, ``data``, ``tokens``, ``compare``, ``chat``, ``probes``, ``rl``: the contents of panes
"""
