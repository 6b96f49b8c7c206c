"""A child's check of its own jail before any model's code runs in one: try, and be refused."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import NoReturn

SOUND = "sound"


def sing() -> NoReturn:
    """Say on descriptor 0 that the jail is ``SOUND``, or where it leaks; end the process."""
    leaks = _holes()
    os.write(0, f"the jail lets a program {', '.join(leaks)}".encode() if leaks else SOUND.encode())
    os._exit(0)


def _holes() -> list[str]:
    """What this process can do and must not; empty in a sound jail."""
    attempts: dict[str, Callable[[], object]] = {
        "read a file of the system": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "list the root folder": lambda: os.listdir("/"),
        "write a file": lambda: os.open("/tmp/llmlab-canary", os.O_WRONLY | os.O_CREAT),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "make a process": os.fork,
        "run a program": lambda: os.execv("/bin/true", ["true"]),
        "signal a process": lambda: os.kill(os.getppid() or 1, 0),
        "change its root": lambda: os.chroot("/"),
    }
    return [name for name, attempt in attempts.items() if _works(attempt)]


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True
