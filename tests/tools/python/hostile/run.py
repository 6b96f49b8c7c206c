"""Runs the hostile programs in one tier and writes what became of them as JSON.

Started as a process of its own by the tests: ``python -m tests.tools.python.hostile.run TIER
FOLDER``. It goes into a mount namespace of its own, in which nothing but FOLDER can be written, so
that an escape does no harm; and it holds what an escape would want: a secret in the environment
and in a file, live listeners, a folder for marks.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.tools.python.hostile import exhaustion, files, forging, kernel, network, processes
from tests.tools.python.hostile.program import Program
from tools.python import Jail, Tier
from tools.python.inside.kernel import libc

PROGRAMS: tuple[Program, ...] = (
    *files.PROGRAMS,
    *network.PROGRAMS,
    *processes.PROGRAMS,
    *exhaustion.PROGRAMS,
    *kernel.PROGRAMS,
    *forging.PROGRAMS,
)
SECRET = "llmlab-secret-5f1e"
CONTROL = "import math\nprint(6 * 7, math.pi > 3.1, len([print]))"
CONTROL_SAYS = "42 True 1"

_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000
_READ_ONLY, _REMOUNT, _BIND, _RECURSIVE, _PRIVATE = 1, 0x20, 0x1000, 0x4000, 0x40000


def main(tier: Tier, folder: Path) -> dict[str, Any]:
    outside = _own_mounts(folder)
    world = _World(folder)
    with Jail(tier=tier, memory_mb=64) as jail, ThreadPoolExecutor(4) as pool:
        jail.run(f"secret = 'needle of the last call'; '{SECRET}'")
        outcomes = dict(pool.map(lambda p: (p.name, _outcome(jail, world, p)), PROGRAMS))
        refused = [why for _, why in jail.refused]
        jail.close()
    return {
        "why_not_in_own_mounts": outside,
        "refused": refused,
        "outcomes": outcomes,
        "marks": world.marks(),
        "connections": world.heard(),
        "litter": _litter(),
        "children_left": _children(),
    }


class _World:
    """What is there to be stolen, reached or spoilt."""

    def __init__(self, folder: Path) -> None:
        os.environ["LLMLAB_SECRET"] = SECRET
        self._secret = folder / "secret"
        self._secret.write_text(SECRET)
        self._secret.chmod(0o600)
        self._marks = folder / "marks"
        self._marks.mkdir()
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._unix = socket.socket(socket.AF_UNIX)
        self._unix.bind(f"\0llmlab-{os.getpid()}")
        self._unix.listen()

    def filled(self, code: str, number: int) -> str:
        values = {
            "@MARK@": self._marks / str(number),
            "@SECRET@": self._secret,
            "@PORT@": self._tcp.getsockname()[1],
            "@UDP@": self._udp.getsockname()[1],
            "@ABSTRACT@": f"llmlab-{os.getpid()}",
            "@PID@": os.getpid(),
        }
        for name, value in values.items():
            code = code.replace(name, str(value))
        return code

    def marks(self) -> list[str]:
        changed = [] if self._secret.read_text() == SECRET else ["the secret was changed"]
        return [*os.listdir(self._marks), *changed]

    def heard(self) -> int:
        sockets = (self._tcp, self._udp, self._unix)
        ready, _, _ = select.select(sockets, [], [], 0.1)
        for each in sockets:
            each.close()
        return len(ready)


def _outcome(jail: Jail, world: _World, program: Program) -> dict[str, Any]:
    code = world.filled(program.code, PROGRAMS.index(program))
    result = jail.run(code, timeout_s=program.timeout_s)
    after = jail.run(CONTROL, timeout_s=20)
    return {
        "kind": result.kind,
        "text": result.text,
        "truncated": result.truncated,
        "after": f"{after.kind}: {after.text}",
    }


def _own_mounts(folder: Path) -> str:
    """Make everything but ``folder`` read only for this process; the reason where that fails."""
    user, group = os.geteuid(), os.getegid()
    try:
        # An ordinary user may do it in a user namespace only; root stays the root that it is.
        libc("unshare", _NEW_MOUNTS | (_NEW_USER if user else 0))
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        libc("mount", None, b"/", None, _RECURSIVE | _PRIVATE, None)
        libc("mount", b"hostile", str(folder).encode(), b"tmpfs", 0, b"size=8m")
        kept = os.statvfs("/").f_flag & 0b1110
        libc("mount", None, b"/", None, _REMOUNT | _BIND | _READ_ONLY | kept, None)
    except OSError as error:
        return str(error)
    return ""


def _litter() -> list[str]:
    """What programs have written elsewhere: the folders are everybody's, the name is theirs."""
    folders = ("/tmp", "/var/tmp", "/dev/shm", os.getcwd())
    return [f"{f}/{name}" for f in folders for name in os.listdir(f) if name == files.LITTER]


def _children() -> list[int]:
    """Processes that still have this one as their parent."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdecimal():
            try:
                parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == os.getpid():
                found.append(int(each.name))
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Tier(int(sys.argv[1])), Path(sys.argv[2]))))
