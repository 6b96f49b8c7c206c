"""One conversation with a child: send it its request, read what it says, stop it in time."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

from tools.python.inside.frames import FrameError, Report, unpacked
from tools.python.inside.status import STATUS
from tools.python.keeper import Child

KEPT_BYTES = 1 << 16
"""How much of the output is kept; the rest is read and thrown away, up to ``MAX_BYTES``."""
MAX_BYTES = 8 << 20

_LOOK_S = 0.02  # an event cannot be waited for together with a descriptor
# How long a child that has hung up may take to die by itself, and the zygote to say how it died.
_DEATH_S, _NEWS_S = 1.0, 10.0
_READ_BYTES = 1 << 16

Stop = Literal["timeout", "cancelled", "output"]
"""Why the lab stopped a child: too slow, nobody waits any more, ``MAX_BYTES`` of output."""


@dataclass(kw_only=True, slots=True)
class Ending:
    """How a child ended, as seen from outside."""

    stopped: Stop | None = None
    report: Report | None = None
    output: bytes = b""
    truncated: bool = False
    status: int | None = None
    """Its exit status, negative for a signal; None where a report made that uninteresting, or
    where the zygote died with it."""


@dataclass(slots=True)
class _Heard:
    """What has come from a child so far."""

    talk: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    n_output: int = 0
    status: int | None = None

    def take_output(self, data: bytes) -> None:
        self.n_output += len(data)
        self.output += data[: KEPT_BYTES - len(self.output)]


def converse(
    child: Child, request: bytes, *, timeout_s: float, cancelled: threading.Event | None
) -> Ending:
    """Let a child do one request, for ``timeout_s`` seconds at most; it is gone afterwards."""
    heard = _Heard()
    try:
        stopped = _listen(child, request, heard, time.monotonic() + timeout_s, cancelled)
        report = None if stopped else _report(heard)
        if stopped or report:
            # Tells the zygote to kill it, should it still run.
            child.lease.shutdown(socket.SHUT_WR)
        if report is None and heard.status is None:
            heard.status = _status(child.lease)
    finally:
        child.close()
    return Ending(
        stopped=stopped,
        report=report,
        output=bytes(heard.output),
        truncated=heard.n_output > KEPT_BYTES,
        status=heard.status,
    )


def _listen(
    child: Child, request: bytes, heard: _Heard, deadline: float, cancelled: threading.Event | None
) -> Stop | None:
    """Read until the child has closed its ends, or has to be stopped."""
    child.talk.settimeout(max(0.0, deadline - time.monotonic()))
    try:
        child.talk.sendall(request)
        # Whatever else the program reads on descriptor 0 is the end of its input.
        child.talk.shutdown(socket.SHUT_WR)
    except TimeoutError:
        return "timeout"
    except OSError:
        return None  # it died before it listened: its status says how
    with selectors.DefaultSelector() as selector:
        for source in (child.talk, child.output, child.lease):
            selector.register(source, selectors.EVENT_READ, source)
        waiting = {child.talk.fileno(), child.output}
        while waiting:
            left = deadline - time.monotonic()
            if left <= 0:
                return "timeout"
            if cancelled is not None and cancelled.is_set():
                return "cancelled"
            for key, _ in selector.select(left if cancelled is None else min(left, _LOOK_S)):
                data = _read(key.fd)
                if not data:
                    selector.unregister(key.fileobj)
                    waiting.discard(key.fd)
                elif key.data is child.output:
                    heard.take_output(data)
                elif key.data is child.talk:
                    # What is no report stays none when more of it comes.
                    heard.talk += data[: 2 * KEPT_BYTES - len(heard.talk)]
                elif len(data) == STATUS.size:
                    (heard.status,) = STATUS.unpack(data)
            if heard.n_output > MAX_BYTES:
                return "output"
            if _report(heard) is not None:
                # What it printed came before. To wait for its end is to wait for its memory to
                # be given back, which takes longer than most programs run.
                _drain(child.output, heard)
                return None
    return None


def _drain(output: int, heard: _Heard) -> None:
    """Read what is in the pipe already."""
    os.set_blocking(output, False)
    with contextlib.suppress(BlockingIOError):
        heard.take_output(os.read(output, _READ_BYTES))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _READ_BYTES)
    except ConnectionResetError:
        return b""  # it ended with something unread


def _report(heard: _Heard) -> Report | None:
    try:
        fields = unpacked(bytes(heard.talk))
        return None if fields is None else Report.parse(fields)
    except FrameError:
        return None


def _status(lease: socket.socket) -> int | None:
    """Wait for what the zygote says of a child that is dead, or about to be."""
    for patience in (_DEATH_S, _NEWS_S):
        lease.settimeout(patience)
        try:
            data = lease.recv(STATUS.size)
        except TimeoutError:
            # It has closed its descriptors and lives on: nothing can come of that.
            lease.shutdown(socket.SHUT_WR)
            continue
        except OSError:
            return None
        return STATUS.unpack(data)[0] if len(data) == STATUS.size else None
    return None
