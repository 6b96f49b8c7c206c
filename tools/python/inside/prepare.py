"""What is paid once: imports, sympy's caches, and whatever of the jail children can share."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import resource
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location

from . import landlock, limits, namespaces, seccomp
from .kernel import PR_SET_DUMPABLE, prctl
from .orders import Orders
from .syscalls import MACHINES

# Of the standard library: what models' programs use, and everything with a shared library of the
# system below it, which a child may not open any more.
_WARM = (
    "array bisect bz2 calendar cmath collections contextlib copy csv ctypes dataclasses datetime "
    "decimal difflib enum fractions functools hashlib heapq io itertools json locale lzma math "
    "numbers operator pprint random re statistics string struct textwrap time traceback types "
    "typing unicodedata uuid zlib"
)
_MAX_OPEN_FILES = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Jail:
    """What a child needs to lock itself up."""

    memory: int
    seconds: int
    zygote: int
    """The process id that a child of a living zygote has as its parent's."""
    pids: int | None = None
    """Descriptor of the zygote's process namespace."""
    ruleset: int | None = None
    """Descriptor of the Landlock ruleset."""
    program: bytes | None = None
    """The seccomp filter."""


class _Packages:
    """Finds the named packages and nothing else: no folder of strangers is ever on the path."""

    def __init__(self, folders: dict[str, str]) -> None:
        self._folders = folders

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        folder = self._folders.get(name)
        if folder is None:
            return None
        return spec_from_file_location(
            name, f"{folder}/__init__.py", submodule_search_locations=[folder]
        )


def prepare(orders: Orders) -> Jail:
    """Make this process a zygote: import, enter the namespaces, measure, freeze.

    With namespaces, what returns is another process than what called.

    Raises:
        OSError: something the orders ask for cannot be had here.
        ImportError: a package is broken.
    """
    machine = MACHINES.get(os.uname().machine)
    if orders.kernel and machine is None:
        raise OSError(f"no table of system calls for the processor {os.uname().machine}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_OPEN_FILES, _MAX_OPEN_FILES))
    os.environ.clear()
    library = _standard_library()
    _import(orders)
    memory = resource.RLIM_INFINITY  # elsewhere the kernel does not hold a process to it
    if sys.platform == "linux":
        memory = limits.address_space() + (orders.memory_mb << 20)
    pids = ruleset = program = None
    if orders.kernel and machine is not None:
        if orders.namespaces:
            visible = [*library, *orders.packages.values()]
            pids = namespaces.enter(visible, machine, close=orders.control)
        # From now on nobody of the same user may look into this process or its children.
        prctl(PR_SET_DUMPABLE, 0)
        ruleset = landlock.reading_only(library, list(orders.packages.values()))
        program = seccomp.allow_list(machine)
    # Children share these pages as long as nobody writes to them: no collection touches them.
    gc.collect()
    gc.freeze()
    return Jail(
        memory=memory,
        seconds=orders.seconds,
        zygote=0 if orders.namespaces else os.getpid(),
        pids=pids,
        ruleset=ruleset,
        program=program,
    )


def _standard_library() -> list[str]:
    """Its folders. Started with ``-I -S``, an interpreter has no others on its path."""
    folders = [path for path in sys.path if os.path.isdir(path)]
    return [each for each in folders if not any(each.startswith(f"{f}/") for f in folders)]


def _import(orders: Orders) -> None:
    sys.meta_path.append(_Packages(orders.packages))
    for name in [*_WARM.split(), *orders.packages]:
        importlib.import_module(name)
    if "sympy" in orders.packages:
        from .maths import exercise

        exercise()
    # Handlers of what was imported here are not the programs' to run.
    atexit._clear()
