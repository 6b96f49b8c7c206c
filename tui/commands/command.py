"""A line of the palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Command(NamedTuple):
    """Something that can be done now.

    Args:
        name: what is looked for.
        help: a few words more; may be empty.
        run: does it.
        binding: the id of the binding that does the same; its key is shown.
        pane: the pane that it belongs to, or an empty string for the frame.
    """

    name: str
    help: str
    run: Callable[[], Any]
    binding: str = ""
    pane: str = ""
