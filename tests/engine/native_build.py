"""One real compilation for all tests of the compiled forward pass."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import pytest

from engine.native import NativeLibrary, load_or_build


@functools.cache
def folder() -> Path:
    """Where it lies, until this process ends."""
    made = Path(tempfile.mkdtemp(prefix="llmlab-native-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@functools.cache
def _library() -> NativeLibrary | None:
    return load_or_build(folder())


def library_or_skip() -> NativeLibrary:
    """The library; skips the test on a machine without a C compiler."""
    built = _library()
    if built is None:
        pytest.skip("no C compiler on this machine")
    return built
