"""What this installation is and what it runs in: for ``llmlab info`` and for crash reports.

No torch, and nothing that is started or written.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version

from engine import __version__, endpoint, paths
from engine.liveness import is_held

PACKAGES = ("torch", "textual", "tiktoken")
_OF_THE_TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "LANG", "LC_ALL", "NO_COLOR")
_MULTIPLEXERS = {"TMUX": "tmux", "STY": "screen", "SSH_CONNECTION": "ssh"}


def versions() -> dict[str, object]:
    """This program, Python, the system, and the packages that matter most."""
    return {
        "llmlab": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        **{name: _version(name) for name in PACKAGES},
    }


def terminal() -> str:
    """``xterm-256color 120x40 utf-8, COLORTERM=truecolor, in tmux``, as far as it is known."""
    size = shutil.get_terminal_size((0, 0))
    words = [
        os.environ.get("TERM", "no TERM"),
        f"{size.columns}x{size.lines}" if size.columns else "no size",
        # Not sys.stdout, which the app puts something else in place of.
        sys.__stdout__.encoding if sys.__stdout__ else "no encoding",
    ]
    said = [f"{name}={os.environ[name]}" for name in _OF_THE_TERMINAL[1:] if name in os.environ]
    inside = [f"in {what}" for name, what in _MULTIPLEXERS.items() if name in os.environ]
    return ", ".join([" ".join(words), *said, *inside])


def places() -> dict[str, object]:
    """Where the lab keeps things, how much room there is, and whether an engine serves it."""
    home = paths.home()
    return {
        "home": str(home),
        "disk_free": _free(home),
        "engine": _engine(),
        "engine_log": str(endpoint.log_file()),
    }


def _engine() -> str:
    found = endpoint.read_endpoint()
    if found is None or not is_held(paths.engine_folder() / endpoint.LOCK):
        return "asleep"
    return f"llmlab {found.version}, process {found.pid}, {found.socket}"


def _free(home: os.PathLike[str]) -> str:
    """Room on the disk of the home folder, or of what will hold it."""
    folder = os.fspath(home)
    while not os.path.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB"
    except OSError as error:
        return f"unknown ({error.strerror or error})"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
