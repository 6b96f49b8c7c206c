"""``python -m engine.server [--socket PATH] [--idle-exit SECONDS]``: the engine process."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvicorn

from engine import __version__, endpoint
from engine.endpoint import Endpoint
from engine.errors import LabError
from engine.launch import ALREADY_SERVED
from engine.server.app import Lab
from engine.server.backend import Backend
from engine.server.listen import listening_socket, only_engine
from engine.server.worker import Worker

WATCH_S = 1.0
STOP_S = 5.0

log = logging.getLogger("engine.server")


def torch_backend() -> Backend:
    """The real backend; torch is imported here, in the worker's thread."""
    from engine.server.torch_backend import TorchBackend

    return TorchBackend()


def main(
    arguments: Sequence[str] | None = None, make_backend: Callable[[], Backend] = torch_backend
) -> int:
    """Serve until told to stop, or until nobody has asked for anything for long enough.

    Returns:
        Exit code: 0 left in order, 1 could not compute, 2 a user's mistake, 3 already served.
    """
    parser = argparse.ArgumentParser(prog="python -m engine.server", description=__doc__)
    parser.add_argument("--socket", type=Path, help="listen here (default: the engine's folder)")
    parser.add_argument(
        "--idle-exit",
        type=float,
        default=900.0,
        metavar="SECONDS",
        help="leave after this long without a request; 0: never (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        folder = endpoint.private_folder()
        with only_engine(folder) as alone:
            if not alone:
                log.info("another engine already serves %s", folder)
                return ALREADY_SERVED
            with listening_socket(folder, options.socket) as listener, _published(listener) as mine:
                return asyncio.run(_serve(listener, mine, Worker(make_backend), options.idle_exit))
    except LabError as error:
        print(error, file=sys.stderr)
        return 2


@contextlib.contextmanager
def _published(listener: socket.socket) -> Iterator[Endpoint]:
    mine = Endpoint(socket=listener.getsockname(), pid=os.getpid(), version=__version__)
    endpoint.publish(mine)
    try:
        yield mine
    finally:
        endpoint.withdraw(mine)


async def _serve(
    listener: socket.socket, mine: Endpoint, worker: Worker, idle_exit_s: float
) -> int:
    # uvicorn, when it is done, raises the signal that stopped it once more; we must still tidy up.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    lab = Lab(worker)
    server = uvicorn.Server(
        uvicorn.Config(
            lab.routes(),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            # Longer than clients keep an idle connection, so that they never write to a closed one.
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
    )
    worker.start()
    log.info("engine %s serves %s as process %d", __version__, mine.socket, mine.pid)
    watcher = asyncio.create_task(_watch(server, lab, worker, mine, idle_exit_s))
    try:
        await server.serve(sockets=[listener])
    finally:
        watcher.cancel()
        healthy = worker.alive
        await asyncio.to_thread(worker.stop, STOP_S)
    failure = worker.ready.exception() if worker.ready.done() else None
    if failure is not None:
        log.error("it could not start", exc_info=failure)
        log.error("The engine cannot compute: %s", failure)
        return 1
    log.info("engine leaves")
    return 0 if healthy else 1


async def _watch(
    server: uvicorn.Server, lab: Lab, worker: Worker, mine: Endpoint, idle_exit_s: float
) -> None:
    """Stop the server when it serves nobody, cannot compute, or cannot be found any more."""
    while not server.should_exit:
        await asyncio.sleep(WATCH_S)
        if not worker.alive:
            server.should_exit = True
        elif idle_exit_s and lab.idle_s() > idle_exit_s:
            log.info("nobody asked for anything for %.0f s", lab.idle_s())
            server.should_exit = True
        elif lab.idle_s() and endpoint.read_endpoint() != mine:
            log.info("the endpoint's file is gone or another engine's")
            server.should_exit = True


if __name__ == "__main__":
    sys.exit(main())
