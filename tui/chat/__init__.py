"""Conversations with tools, without widgets: what was said, what was called, how it is kept.

``parts`` are the text and the calls of one answer; ``reply`` grows them from the engine's events
and cuts them; ``conversation`` is questions with their replies and what to ask the engine next.
``record`` turns them to JSON and back for ``store`` (SQLite) and ``export``; ``looks`` says in what
words and colours they stand on the screen; ``policy`` who may call what; ``examples`` what to ask.
"""
