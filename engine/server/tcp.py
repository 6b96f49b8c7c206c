"""``llmlab serve``: the engine on TCP, in the foreground."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.server.address import Address
from engine.server.app import Lab
from engine.server.backend import Backend, Device, torch_backend
from engine.server.gate import Gate
from engine.server.http import Server, serve
from engine.server.listed import Listed
from engine.server.worker import Worker


def serve_tcp(
    address: Address,
    on_ready: Callable[[str, Device], None],
    make_backend: Callable[[], Backend] = torch_backend,
) -> int:
    """Serve until told to stop by a signal.

    Args:
        address: where, and with which token.
        on_ready: called with the base URL and the device once requests are answered.
        make_backend: computes.

    Returns:
        Exit code: 0 it was told to stop, 1 it could not compute.

    Raises:
        LabError: it cannot listen there.
    """
    worker = Worker(lambda: Listed(make_backend()))
    app = Gate(Lab(worker).routes(), token=address.token, host=address.host)
    with address.listen() as listener:
        url = address.url(listener)

        async def announce(server: Server) -> None:
            ready = asyncio.wrap_future(worker.ready)
            await asyncio.wait([ready])
            if ready.exception() is None:  # else the server leaves, and says why
                on_ready(url, ready.result())

        return asyncio.run(serve(listener, app, worker, announce))
