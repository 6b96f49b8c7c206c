"""The process that children are forked from. It reads the lab's orders and nothing of a program's.

The lab asks on the control socket for a child and gets three descriptors: the talk with the child,
the child's output, and the child's *lease*. Through the lease the zygote says how the child ended;
the lab kills the child by shutting the lease down, and so does a lab that dies. No number of a
process is ever exchanged, none can be mistaken.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from . import canary, namespaces, program
from .confine import confine
from .frames import packed
from .orders import Orders
from .prepare import Jail, prepare
from .status import STATUS


@dataclass(frozen=True, slots=True)
class _Child:
    """A child that nobody has asked for yet, with the lab's ends of its descriptors."""

    pid: int
    talk: socket.socket
    output: int

    def forget(self) -> None:
        self.talk.close()
        os.close(self.output)


def main(arguments: list[str]) -> None:
    """Be a zygote until the lab closes the control socket. One argument: the orders."""
    orders = Orders.from_json(arguments[0])
    control = socket.socket(fileno=orders.control)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        jail = prepare(orders)
        zygote = _Zygote(control, orders, jail)
        zygote.serve()
        zygote.end()
    except Exception as error:
        # The lab shows the sentence; there is nobody else to tell.
        control.sendall(packed({"error": _sentence(error)}))
        sys.exit(1)


class _Zygote:
    def __init__(self, control: socket.socket, orders: Orders, jail: Jail) -> None:
        self._control = control
        self._wanted = orders.ahead
        self._contained = orders.kernel
        self._jail = jail
        self._ahead: dict[int, _Child] = {}
        self._leases: dict[int, socket.socket] = {}
        # Whether the last child that was forked ahead could be, and lived.
        self._room = True
        self._selector = selectors.DefaultSelector()
        self._died, self._wake = socket.socketpair()

    def serve(self) -> None:
        """Check the jail from inside, say that it is ready, hand out children."""
        if self._contained:
            self._send_canary()
        for end in (self._died, self._wake):
            end.setblocking(False)
        # Without a handler of Python's nothing is written to the wake-up socket.
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(self._died, selectors.EVENT_READ)
        self._control.sendall(packed({"ready": True}))
        while True:
            lacking = self._room and len(self._ahead) < self._wanted
            for key, _ in self._selector.select(0 if lacking else None):
                if key.fileobj is self._control:
                    if not self._control.recv(1):
                        return
                    self._hand_out()
                elif key.fileobj is self._died:
                    self._died.recv(4096)
                    self._reap()
                else:
                    self._kill(key.data)
            if lacking and len(self._ahead) < self._wanted:
                self._fork_ahead()

    def end(self) -> NoReturn:
        """Take the children along; without the long goodbye of an interpreter with sympy in it."""
        for pid in (*self._ahead, *self._leases):
            os.kill(pid, signal.SIGKILL)
        os._exit(0)

    def _hand_out(self) -> None:
        self._room = True
        try:
            child = self._ahead.pop(min(self._ahead)) if self._ahead else self._fork()
        except OSError as error:
            self._control.sendall(packed({"error": _sentence(error)}))
            return
        ours, theirs = socket.socketpair()
        self._leases[child.pid] = ours
        self._selector.register(ours, selectors.EVENT_READ, child.pid)
        descriptors = [child.talk.fileno(), child.output, theirs.fileno()]
        socket.send_fds(self._control, [packed({"child": True})], descriptors)
        theirs.close()
        child.forget()

    def _fork_ahead(self) -> None:
        try:
            child = self._fork()
        except OSError:
            # Whoever asks for a child while there is no room for one is told why.
            self._room = False
            return
        self._ahead[child.pid] = child

    def _reap(self) -> None:
        """Collect whoever ended; one signal may stand for several children."""
        while self._ahead or self._leases:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if child := self._ahead.pop(pid, None):
                child.forget()
                self._room = False
                continue
            lease = self._leases.pop(pid)
            if lease in self._selector.get_map():
                self._selector.unregister(lease)
            # Nobody may be waiting for it any more.
            with contextlib.suppress(BrokenPipeError):
                lease.send(STATUS.pack(os.waitstatus_to_exitcode(status)))
            lease.close()

    def _kill(self, pid: int) -> None:
        if lease := self._leases.get(pid):
            # Once: a lease that was shut down stays readable until the child is collected.
            self._selector.unregister(lease)
            os.kill(pid, signal.SIGKILL)

    def _fork(self, task: Callable[[], NoReturn] = program.serve_one) -> _Child:
        """Fork a child that locks itself up and does ``task``.

        Raises:
            OSError: there is no room for another process.
        """
        talk, childs_talk = socket.socketpair()
        output, childs_output = os.pipe()
        try:
            if self._jail.pids is not None:
                namespaces.own_pids(self._jail.pids)
            pid = os.fork()
        except OSError:
            talk.close()
            os.close(output)
            raise
        else:
            if pid == 0:
                self._be_child(childs_talk.fileno(), childs_output, task)
        finally:
            childs_talk.close()
            os.close(childs_output)
        return _Child(pid, talk, output)

    def _be_child(self, talk: int, output: int, task: Callable[[], NoReturn]) -> NoReturn:
        # Whatever happens, a child must not go on as a second zygote.
        try:
            confine(self._jail, talk=talk, output=output)
            task()
        except OSError as error:
            os.write(0, _sentence(error).encode())
        finally:
            os._exit(1)

    def _send_canary(self) -> None:
        """Fork a child that tries to get out.

        Raises:
            OSError: the child could not lock itself up, or got out.
        """
        child = self._fork(canary.sing)
        with child.talk.makefile("rb") as song:
            heard = song.read().decode()
        child.forget()
        os.waitpid(child.pid, 0)
        if heard != canary.SOUND:
            raise OSError(heard or "the first child died")


def _sentence(error: Exception) -> str:
    # Without the number that an OSError puts before its words.
    words = error.strerror if isinstance(error, OSError) else None
    return words or str(error) or type(error).__name__
