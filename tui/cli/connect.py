"""``llmlab connect``: other OpenAI-compatible servers, whose models then stand in the list."""

from __future__ import annotations

import argparse
import asyncio
from urllib.parse import urlsplit

from engine.errors import LabError
from engine.remote.address import candidates, default_name, is_loopback
from engine.remote.servers import Server, forget, read_servers, remember
from tui.cli.output import emit_json, narrate, printable, table


def run(arguments: argparse.Namespace) -> int:
    """Connect a server, list those there are, or remove one; no key is ever printed.

    Raises:
        LabError: not exactly one of the three was asked for, or what ``engine.remote`` refuses.
    """
    wishes = (arguments.url is not None, arguments.list, arguments.remove is not None)
    if sum(wishes) != 1:
        raise LabError("Say one of: a URL to connect, --list, or --remove NAME.")
    if arguments.list:
        _list(as_json=arguments.json)
    elif arguments.remove is not None:
        gone = forget(arguments.remove)
        narrate(f"{gone.name} ({gone.url}) is forgotten.")
        if arguments.json:
            emit_json({"removed": gone.name})
    else:
        _connect(arguments)
    return 0


def _connect(arguments: argparse.Namespace) -> None:
    from engine.remote.client import find_base  # Not for --help.

    url = candidates(arguments.url)[0]
    asked = Server(
        name=arguments.name or default_name(url),
        url=arguments.url,
        key_env=arguments.key_env,
        key_file=arguments.key_file,
    )
    if asked.has_key and urlsplit(url).scheme == "http" and not is_loopback(url):
        narrate("The key travels unencrypted over http://; prefer https:// or an SSH tunnel.")
    narrate(f"asking {url} ...")
    found, models = asyncio.run(find_base(asked))
    server = remember(found)
    if arguments.json:
        emit_json({"name": server.name, "url": server.url, "models": [m.id for m in models]})
    else:
        for model in models:
            print(printable(model.id))
    n = len(models)
    words = f"{n} model{'s' * (n != 1)}" if n else "no models loaded yet"
    narrate(f"{server.name} is connected ({server.url}, {server.key_source()}): {words}.")


def _list(*, as_json: bool) -> None:
    servers = read_servers()
    if as_json:
        for server in servers:
            emit_json({"name": server.name, "url": server.url, "key": server.key_source()})
    elif servers:
        rows = [("name", "URL", "key from")]
        table([*rows, *((s.name, s.url, s.key_source()) for s in servers)])
    else:
        narrate("No servers yet. Connect one: llmlab connect http://localhost:11434")
