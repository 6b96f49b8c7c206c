"""Whether a worked answer comes to the right result."""

from __future__ import annotations

import re


def result_is(reply: str, result: str) -> bool:
    """Whether ``reply`` ends in ``result``: its last number, or the letters at its end."""
    if result.isdigit():
        numbers = re.findall(r"\d+", reply)
        return bool(numbers) and numbers[-1] == result
    return reply.rstrip(". ").endswith(f" {result}")
