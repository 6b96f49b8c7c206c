"""Compiles the engine's C with the machine's own compiler, once, and loads it.

The library lies in the engine's owner-only folder, named by a hash of all that made it: source,
command, compiler, processor. A first build takes several seconds and runs in a thread; whoever
waits for nothing goes on in plain torch until it is there. No compiler, or a failure of any kind,
means plain torch for good and one line in the log. ``LLMLAB_NATIVE=0`` turns all of it off.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from pathlib import Path

from engine import endpoint
from engine.errors import LabError
from engine.files import write_atomic

SOURCES = tuple(
    Path(__file__).with_name(name)
    for name in ("forward.c", "draw.c", "panels.h", "products.h", "threads.h", "vectors.h")
)
BUILD_TIMEOUT_S = 120.0

_FLAGS = (
    "-std=gnu11", "-O3", "-march=native", "-fPIC", "-shared",
    # Not -ffast-math: linked into a shared library it switches the whole process to flushing tiny
    # numbers to zero, it may assume that there is no NaN, and it changes the order of sums.
    "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast",
)  # fmt: skip

log = logging.getLogger(__name__)


class NativeMatrix(ctypes.Structure):
    """``struct matrix`` of ``forward.c``."""

    _fields_ = (
        ("weights", ctypes.c_void_p),
        ("scales", ctypes.c_void_p),
        ("kind", ctypes.c_int32),
        ("outputs", ctypes.c_int32),
        ("inputs", ctypes.c_int32),
    )


class NativeLayer(ctypes.Structure):
    """``struct layer`` of ``forward.c``."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("input_norm", "ff_norm", "q_norm", "k_norm")),
        *((name, NativeMatrix) for name in ("qkv", "o", "gate_up", "down")),
    )


class NativeModel(ctypes.Structure):
    """``struct model`` of ``forward.c``."""

    _fields_ = (
        ("layers", ctypes.POINTER(NativeLayer)),
        *((name, ctypes.c_void_p) for name in ("norm", "cos", "sin")),
        *((name, NativeMatrix) for name in ("embed", "head")),
        *((name, ctypes.c_int32) for name in ("n_layers", "D", "H", "K", "E", "F", "max_len")),
        ("eps", ctypes.c_float),
    )


class NativePass(ctypes.Structure):
    """``struct pass`` of ``forward.c``."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("ids", "positions", "rows", "tables", "wanted")),
        *((name, ctypes.c_void_p) for name in ("cache", "scratch", "local", "hidden", "logits")),
        ("local_floats", ctypes.c_int64),
        *((name, ctypes.c_int32) for name in ("N", "W", "M", "n_rows")),
        *((name, ctypes.c_int32) for name in ("n_blocks", "block_size", "threads")),
    )


class NativeDraws(ctypes.Structure):
    """``struct draws`` of ``draw.c``."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("logits", "banned", "temperatures", "uniforms")),
        *((name, ctypes.c_void_p) for name in ("scratch", "drawn")),
        *((name, ctypes.c_int64) for name in ("W", "V")),
        ("threads", ctypes.c_int32),
    )


class NativeLibrary:
    """The functions of ``forward.c`` and ``draw.c``; arrays are passed as addresses.

    Raises:
        OSError: the file is not a library for this process.
        AttributeError: it is another library.
    """

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        model = ctypes.POINTER(NativeModel)
        self.forward = library.forward
        self.forward.argtypes = (model, ctypes.POINTER(NativePass))
        self.forward.restype = ctypes.c_int
        self.scratch_floats = library.scratch_floats
        self.scratch_floats.argtypes = (model, ctypes.c_int64)
        self.local_floats = library.local_floats
        self.local_floats.argtypes = (model, ctypes.c_int64)
        self.draw_rows = library.draw_rows
        self.draw_rows.argtypes = (ctypes.POINTER(NativeDraws),)
        self.draw_rows.restype = None
        self.draw_floats = library.draw_floats
        self.draw_floats.argtypes = (ctypes.c_int64,)
        for function in (self.scratch_floats, self.local_floats, self.draw_floats):
            function.restype = ctypes.c_int64


@functools.cache
def prepare() -> Future[NativeLibrary | None]:
    """Begin, in a thread, to load or build this process's library; None where there can be none.

    Every call returns the same future.
    """
    future: Future[NativeLibrary | None] = Future()
    threading.Thread(target=_prepare, args=(future,), name="native-build", daemon=True).start()
    return future


def _prepare(future: Future[NativeLibrary | None]) -> None:
    library = None
    try:
        if os.environ.get("LLMLAB_NATIVE") != "0":
            library = load_or_build(endpoint.private_folder())
    # ValueError: what a compiler says need not be text in this process's encoding.
    except (LabError, OSError, AttributeError, ValueError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None)
        log.warning("no compiled forward pass, plain torch serves: %s %s", error, said or "")
    future.set_result(library)


def load_or_build(folder: Path) -> NativeLibrary | None:
    """Load the library from ``folder``, built there if it is not yet; None without a compiler.

    Raises:
        LabError: it cannot be written.
        OSError: what the compiler made cannot be read or loaded.
        subprocess.SubprocessError: the compiler failed or took too long.
    """
    compiler = _compiler()
    if compiler is None:
        log.info("no C compiler: plain torch serves")
        return None
    # Its runtime is torch's own, found among the process's symbols when the library is loaded. A
    # second one would bring threads of its own.
    threads = ("-fopenmp",) if sys.platform == "linux" else ()
    command = (compiler, *_FLAGS, *threads)
    made_of = [
        *(source.read_text("utf-8") for source in SOURCES),
        *command,
        _version(compiler),
        _processor(),
    ]
    digest = hashlib.sha256("\0".join(made_of).encode()).hexdigest()
    path = folder / f"forward-{digest[:16]}.so"
    if path.exists():
        try:
            return NativeLibrary(path)
        except (OSError, AttributeError) as error:
            log.warning("%s is damaged and is compiled anew: %s", path, error)
    return _build(command, path)


def _build(command: tuple[str, ...], path: Path) -> NativeLibrary:
    with tempfile.TemporaryDirectory(prefix="llmlab-build-") as folder:
        built = Path(folder) / path.name
        compiled = (str(source) for source in SOURCES if source.suffix == ".c")
        subprocess.run(
            (*command, *compiled, "-o", str(built), "-lm"),
            check=True, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        library = NativeLibrary(built)  # only what can be loaded is kept
        write_atomic(path, built.read_bytes())
    log.info("compiled %s", path)
    return library


def _compiler() -> str | None:
    if sys.platform == "darwin":
        # Without Apple's tools its cc is a stub that opens a dialog.
        tools = subprocess.run(("xcode-select", "-p"), capture_output=True, check=False)
        if tools.returncode:
            return None
    candidates = (os.environ.get("CC"), "cc", "gcc", "clang")
    return next((found for name in candidates if name and (found := shutil.which(name))), None)


def _version(compiler: str) -> str:
    asked = subprocess.run(
        (compiler, "--version"), capture_output=True, text=True, check=True, timeout=10
    )
    return asked.stdout


def _processor() -> str:
    """What ``-march=native`` may use: a home can be shared by unlike machines."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")
