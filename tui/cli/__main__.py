"""``python -m tui.cli``: the same as ``llmlab``, for children of the app."""

from tui.cli.main import main

raise SystemExit(main())
