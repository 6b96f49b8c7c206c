"""The application on a real TCP socket of this process, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from fake_engine import FakeBackend

from engine.server.address import Address
from engine.server.app import Lab
from engine.server.backend import Backend
from engine.server.gate import Gate
from engine.server.http import Server
from engine.server.limits import Limits
from engine.server.worker import Worker


class Served(NamedTuple):
    url: str
    worker: Worker
    server: Server


@contextmanager
def tcp_server(
    make_backend: Callable[[], Backend] = FakeBackend,
    *,
    token: str | None = None,
    limits: Limits | None = None,
) -> Iterator[Served]:
    """Start it, and stop it in order."""
    worker = Worker(make_backend, limits)
    address = Address(port=0, token=token)
    server = Server(Gate(Lab(worker).routes(), token=token, host=address.host), worker)
    listener = address.listen()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    worker.start()
    thread.start()
    try:
        yield Served(address.url(listener), worker, server)
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
        assert not thread.is_alive()
        assert not worker.alive
