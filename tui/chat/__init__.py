"""Conversations with tools, without widgets: what was said, what was called, how it is kept.

``parts`` are the text and the calls of one answer; ``reply`` grows them from the engine's events
and cuts them; ``conversation`` is questions with their replies and what to ask the engine next,
``session`` whom it is with and by which tools; ``special_names`` learns what tokens are called.
``record`` turns them to JSON and back for ``store`` (SQLite), and ``marks`` says what has to be
kept before it may look kept; ``finding`` is where words were said. ``looks`` says in what words and
colours they stand on the screen, ``bench_words`` those of the tool bench; ``policy`` who may call
what; ``examples`` what to ask.
"""
