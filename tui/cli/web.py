"""``llmlab web``: the app in a browser."""

from __future__ import annotations

import argparse
import importlib.util
import secrets

from engine.errors import LabError
from engine.server.address import Address
from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl+C; with ``--json`` one document says where.

    Raises:
        LabError: textual-serve is missing, or it may not or cannot listen there.
    """
    if importlib.util.find_spec("textual_serve") is None:
        raise LabError(
            "The browser needs textual-serve, which is not installed. Install it with: "
            "pip install 'llmlab[web]'"
        )
    token = secrets.token_urlsafe(24)
    address = Address(host=arguments.host, port=arguments.port, token=token)
    if not address.is_loopback and not arguments.open_to_network:
        raise LabError(
            f"Other machines can connect to {address.host}: whoever opens the lab there trains, "
            "writes files and runs Python as you do, over a line that others can read. Use an SSH "
            "tunnel to 127.0.0.1 instead, or add --open-to-network."
        )
    listener = address.listen()
    url = address.url(listener).removesuffix("/v1")
    opened = f"{url}/?token={token}"
    from tui.web import LabServer

    def ready() -> None:
        narrate(f"Open {opened}\nCtrl+C stops.")
        if arguments.json:
            emit_json({"url": opened})

    LabServer(url, token, ready).serve_on(listener)
    narrate("Stopped.")
    return 0
