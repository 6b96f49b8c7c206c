"""The command line: ``llmlab`` opens the app, ``llmlab COMMAND`` does one thing and exits.

Data goes to stdout, narration to stderr; with ``--json`` stdout is JSON only, one document or one
line an item. Exit codes: 0 done, 2 a mistake that a sentence on stderr explains, 130 interrupted.
Nothing here imports torch before a command that needs it runs.
"""

from tui.cli.main import main

__all__ = ["main"]
