"""Which files a jailed program may read: a Landlock ruleset (``linux/landlock.h``).

The ruleset is made once, by the zygote; each child puts itself under it.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from .kernel import syscall
from .syscalls import LANDLOCK_ADD_RULE, LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF

_VERSION = 1
_PATH_BENEATH = 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
# How many rights to files the versions of the interface know: 2 adds moving between folders,
# 3 truncating, 5 the ioctls of devices.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_SINCE = 4
_TCP = 0b11  # bind, connect
_SCOPES_SINCE = 6
_SCOPES = 0b11  # abstract sockets and signals, to anything outside of the jail

FOREIGN = ("site-packages", "dist-packages")
"""Folders of the standard library's folder that belong to others."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def reading_only(library: Sequence[str], packages: Sequence[str]) -> int:
    """A ruleset under which the standard library's folders (less what is ``FOREIGN`` in them) and
    the packages can be read, and no other file in any way. Returns its file descriptor.

    Raises:
        OSError: the kernel has no Landlock, or a folder is not there.
    """
    version = syscall("landlock_create_ruleset", LANDLOCK_CREATE_RULESET, None, 0, _VERSION)
    asked = _Ruleset(
        files=(1 << _RIGHTS[min(version, max(_RIGHTS))]) - 1,
        tcp=_TCP if version >= _TCP_SINCE else 0,
        scopes=_SCOPES if version >= _SCOPES_SINCE else 0,
    )
    # A kernel that knows fewer fields takes this record all the same: the others are zero then.
    ruleset = syscall(
        "landlock_create_ruleset", LANDLOCK_CREATE_RULESET, asked, ctypes.sizeof(asked), 0
    )
    for folder in library:
        # The right to list goes down the tree, so foreign folders show names, never contents.
        _allow(ruleset, Path(folder), _READ_DIR)
        for path in Path(folder).iterdir():
            if path.name not in FOREIGN:
                _allow(ruleset, path, _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE)
    for folder in packages:
        _allow(ruleset, Path(folder), _READ_FILE | _READ_DIR)
    return ruleset


def restrict(ruleset: int) -> None:
    """Put this process under the ruleset, for ever. It must have ``no_new_privs``.

    Raises:
        OSError: the kernel refuses.
    """
    syscall("landlock_restrict_self", LANDLOCK_RESTRICT_SELF, ruleset, 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # a symbolic link to nowhere, as Debian has some
    try:
        rule = _Beneath(rights=rights, folder=beneath)
        syscall("landlock_add_rule", LANDLOCK_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(beneath)
