"""A C compiler that remembers: what it has made once in a session, it copies.

Each test has a home of its own, and an engine that starts in a new home compiles the forward pass:
with hundreds of homes that is minutes of the same seconds. What is compiled bears a digest of the
sources, the options, the compiler and the processor in its name, so the name is enough to know it.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

_SCRIPT = """#!/bin/sh
for word; do [ "$before" = -o ] && out=$word; before=$word; done
[ -n "$out" ] || exec {compiler} "$@"
kept={folder}/$(basename "$out")
if [ ! -e "$kept" ]; then
  {compiler} "$@" && cp "$out" "$kept.$$" && mv "$kept.$$" "$kept" || exit 1
fi
exec cp "$kept" "$out"
"""


def remembering_compiler(folder: Path) -> Path | None:
    """Write the script into ``folder``, where it keeps what it makes; None without a compiler."""
    candidates = (os.environ.get("CC"), "cc", "gcc", "clang")
    compiler = next((found for name in candidates if name and (found := shutil.which(name))), None)
    if compiler is None or os.name != "posix":
        return None
    folder.mkdir(exist_ok=True)
    script, fresh = folder / "cc", folder / f"cc-{os.getpid()}"
    text = _SCRIPT.format(compiler=shlex.quote(compiler), folder=shlex.quote(str(folder)))
    fresh.write_text(text, "utf-8")
    fresh.chmod(0o700)
    fresh.replace(script)  # not written over: another worker may be running it
    return script
