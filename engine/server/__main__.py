"""``python -m engine.server [--socket PATH] [--idle-exit SECONDS]``: the engine process."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from engine import __version__, endpoint
from engine.endpoint import Endpoint
from engine.errors import LabError
from engine.launch import ALREADY_SERVED
from engine.precision import PRECISIONS
from engine.server.app import Lab
from engine.server.backend import Backend, torch_backend
from engine.server.http import WATCH_S, Server, serve
from engine.server.listen import listening_socket, only_engine
from engine.server.toolbox import OpenedTools, tools_here
from engine.server.worker import Worker

log = logging.getLogger("engine.server")


def main(
    arguments: Sequence[str] | None = None,
    make_backend: Callable[[], Backend] | None = None,
    open_tools: Callable[[], OpenedTools] = tools_here,
) -> int:
    """Serve until told to stop, or until nobody has asked for anything for long enough.

    Args:
        arguments: in place of the command line's.
        make_backend: called in the worker's thread; the real backend unless given.
        open_tools: the tools that models can call.

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
    parser.add_argument("--threads", type=int, metavar="N", help="of a step (default: by size)")
    parser.add_argument(
        "--precision", choices=PRECISIONS, help="where a name does not say (default: by size)"
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
                usual = partial(torch_backend, options.threads, options.precision)
                worker = Worker(make_backend or usual, open_tools=open_tools)
                return asyncio.run(_serve(listener, mine, worker, options.idle_exit))
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
    lab = Lab(worker)
    log.info("engine %s serves %s as process %d", __version__, mine.socket, mine.pid)
    code = await serve(
        listener, lab.routes(), worker, lambda server: _watch(server, lab, mine, idle_exit_s)
    )
    if code == 0:
        log.info("engine leaves")
    return code


async def _watch(server: Server, lab: Lab, mine: Endpoint, idle_exit_s: float) -> None:
    """Stop the server when it serves nobody or cannot be found any more."""
    while not server.should_exit:
        await asyncio.sleep(WATCH_S)
        if idle_exit_s and lab.idle_s() > idle_exit_s:
            log.info("nobody asked for anything for %.0f s", lab.idle_s())
            server.should_exit = True
        elif lab.idle_s() and not _can_be_found(mine):
            log.info("the endpoint's file or its socket is gone, or another engine's")
            server.should_exit = True


def _can_be_found(mine: Endpoint) -> bool:
    return endpoint.read_endpoint() == mine and Path(mine.socket).is_socket()


if __name__ == "__main__":
    sys.exit(main())
