"""The lab's side of one zygote: start it, ask it for children, notice that it died, end it.

The zygote is a fresh interpreter with a clean environment, never a fork of the lab: torch, its
threads and its memory are no part of it.
"""

from __future__ import annotations

import array
import importlib.util
import os
import socket
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

from tools.python import macos
from tools.python.inside.frames import FrameError, unpacked
from tools.python.inside.orders import Orders
from tools.python.tier import Tier, TierError

PACKAGES = ("sympy", "mpmath")
"""What programs may import besides the standard library."""
MAX_SECONDS = 60
"""The longest that a program may run."""

_START_S = 120.0  # sympy takes half a second to import; a machine may be very busy
_ANSWER_S = 10.0
_END_S = 2.0
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1]); from inside import zygote; "
    "del sys.path[0]; zygote.main(sys.argv[2:])"
)
# Some installations of Python do not start without them.
_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_DESCRIPTORS = 3


class _LostError(Exception):
    """The zygote is gone, or does not answer."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child that waits for its one request, by the lab's ends of its descriptors."""

    talk: socket.socket
    output: int
    lease: socket.socket

    def close(self) -> None:
        """Let go of it; a child that still runs is killed by that."""
        self.talk.close()
        os.close(self.output)
        self.lease.close()


@dataclass(frozen=True, slots=True)
class _Zygote:
    process: subprocess.Popen[bytes]
    control: socket.socket

    def end(self) -> None:
        """Close the control socket, which ends it and its children, and collect it."""
        self.control.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Keeper:
    """One zygote at a time for one tier, started when a child is asked for. Thread-safe."""

    def __init__(
        self, tier: Tier, *, memory_mb: int, ahead: int, packages: tuple[str, ...] = PACKAGES
    ) -> None:
        self._tier = tier
        self._memory_mb = memory_mb
        self._ahead = ahead
        self._packages = packages
        self._lock = threading.Lock()
        self._zygote: _Zygote | None = None
        # Ends the zygote when this object goes, at the latest with the process.
        self._finalizer: weakref.finalize[..., Keeper] | None = None

    @property
    def pid(self) -> int | None:
        """The process that was started, None before the first call."""
        return self._zygote.process.pid if self._zygote else None

    def start(self) -> None:
        """Start the zygote if none runs.

        Raises:
            TierError: it cannot be started in this tier, and why.
        """
        with self._lock:
            self._started()

    def child(self) -> Child:
        """A child of the zygote, which is started anew if it died.

        Raises:
            TierError: there is no zygote to be had, or it has no room for a child.
        """
        with self._lock:
            known = self._zygote is not None
            try:
                return _ask(self._started().control)
            except _LostError as error:
                self._end()
                if not known:
                    raise TierError(f"the zygote died at once: {error}") from error
            try:
                return _ask(self._started().control)
            except _LostError as error:
                self._end()
                raise TierError(f"the zygote dies again and again: {error}") from error

    def close(self) -> None:
        """End the zygote and every child; a later call starts a new one."""
        with self._lock:
            self._end()

    def abandon(self) -> None:
        """In a forked process: the zygote is the parent's, this process may have its own."""
        self._lock = threading.Lock()
        if self._zygote is None or self._finalizer is None:
            return
        self._finalizer.detach()
        self._zygote.control.close()
        # It is not this process's child: without a return code it would be missed at exit.
        self._zygote.process.returncode = 0
        self._zygote = self._finalizer = None

    def _end(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._zygote = self._finalizer = None

    def _started(self) -> _Zygote:
        if self._zygote is None:
            zygote = _start(self._tier, self._memory_mb, self._ahead, self._packages)
            self._finalizer = weakref.finalize(self, zygote.end)
            self._zygote = zygote
        return self._zygote


def _start(tier: Tier, memory_mb: int, ahead: int, packages: tuple[str, ...]) -> _Zygote:
    folders = {name: _folder(name) for name in packages}
    control, theirs = socket.socketpair()
    with theirs:
        orders = Orders(
            control=theirs.fileno(),
            packages=folders,
            namespaces=tier is Tier.NAMESPACES,
            kernel=tier in (Tier.NAMESPACES, Tier.LANDLOCK),
            memory_mb=memory_mb,
            seconds=MAX_SECONDS + 1,
            ahead=ahead,
        )
        try:
            process = subprocess.Popen(
                [
                    *(macos.command(folders.values()) if tier is Tier.MACOS else ()),
                    *(sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT),
                    *(str(Path(__file__).parent), orders.to_json()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                cwd="/",
                pass_fds=[theirs.fileno()],
                # Ctrl-C in the lab's terminal is the lab's.
                start_new_session=True,
            )
        except OSError as error:
            control.close()
            raise TierError(f"{tier.text}: {error}") from error
    zygote = _Zygote(process, control)
    try:
        control.settimeout(_START_S)
        fields, _ = _receive(control)
        if "ready" not in fields:
            raise TierError(str(fields.get("error")))
    except _LostError as error:
        zygote.end()
        raise TierError(f"the zygote did not start: {error}") from error
    except TierError:
        zygote.end()
        raise
    control.settimeout(_ANSWER_S)
    return zygote


def _ask(control: socket.socket) -> Child:
    try:
        control.sendall(b"c")
    except OSError as error:
        raise _LostError(str(error)) from error
    fields, descriptors = _receive(control)
    if len(descriptors) != _DESCRIPTORS:
        for each in descriptors:
            os.close(each)
        raise TierError(f"there is no room for a process: {fields.get('error')}")
    talk, output, lease = descriptors
    return Child(socket.socket(fileno=talk), output, socket.socket(fileno=lease))


def _receive(control: socket.socket) -> tuple[dict[str, object], list[int]]:
    """One frame and the descriptors that came with it."""
    data, descriptors = b"", array.array("i")
    room = socket.CMSG_LEN(_DESCRIPTORS * descriptors.itemsize)
    # Descriptors are not for what another thread starts at this moment (macOS has no such flag).
    flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
    try:
        while (fields := unpacked(data)) is None:
            more, ancillary, _, _ = control.recvmsg(1 << 16, room, flags)
            if not more:
                raise _LostError("it ended")
            data += more
            for _, _, received in ancillary:
                descriptors.frombytes(received[: len(received) // 4 * 4])
    except (OSError, FrameError, _LostError) as error:
        for each in descriptors:
            os.close(each)
        raise _LostError(str(error)) from error
    return fields, list(descriptors)


def _folder(package: str) -> str:
    """Where a package lies, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise TierError(f"the package {package} is not installed")
    return os.path.abspath(spec.submodule_search_locations[0])
