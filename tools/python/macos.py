"""The profile of macOS's ``sandbox-exec`` for a zygote. Written by the book, never run by us."""

from __future__ import annotations

import sys
from collections.abc import Iterable

_PROFILE = """(version 1)
(deny default)
(allow process-fork)
(allow process-exec (literal {interpreter}))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read* (literal "/") (literal "/dev/null") (literal "/dev/urandom")
  (subpath "/System/Library") (subpath "/usr/lib") (subpath {prefix}){packages})
(allow file-write-data (literal "/dev/null"))
"""


def command(packages: Iterable[str]) -> list[str]:
    """What to put before the interpreter's command line: reading Python and ``packages`` only."""
    profile = _PROFILE.format(
        interpreter=_quoted(sys.executable),
        prefix=_quoted(sys.base_prefix),
        packages="".join(f" (subpath {_quoted(folder)})" for folder in packages),
    )
    return ["/usr/bin/sandbox-exec", "-p", profile]


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
