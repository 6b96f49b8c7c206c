"""``llmlab serve``: the checkpoints over OpenAI's HTTP API, for other programs and machines."""

from __future__ import annotations

import argparse
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import LabError
from engine.paths import expanded
from engine.server.address import Address
from tui.cli.output import emit_json, narrate

if TYPE_CHECKING:
    from engine.server.backend import Device

TOKEN_VARIABLE = "LLMLAB_TOKEN"


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl+C; with ``--json`` one document says where, once it answers.

    Raises:
        LabError: it may not or cannot listen there, or the token cannot be read.
    """
    address = Address(host=arguments.host, port=arguments.port, token=_token(arguments))
    if not address.is_loopback:
        narrate(
            f"Warning: tokens and texts travel to and from {address.host} unencrypted. On a "
            "network you do not trust, use an SSH tunnel to 127.0.0.1 instead."
        )
    from engine.server.tcp import serve_tcp

    def on_ready(url: str, device: Device) -> None:
        whose = "no token asked for" if address.token is None else "with its token"
        narrate(f"Serving {url} ({whose}) on {device.name}. Ctrl+C stops.")
        if arguments.json:
            emit_json({"url": url, "token": address.token is not None, "pid": os.getpid()})

    code = serve_tcp(address, on_ready)
    narrate("Stopped." if code == 0 else "The server could not compute; see above.")
    return code


def _token(arguments: argparse.Namespace) -> str | None:
    """From ``--token-file``, ``--token`` or the environment, in this order."""
    if arguments.token_file is not None:
        return _read_token(expanded(arguments.token_file))
    if arguments.token is not None:
        narrate(
            "Warning: other users of this machine can read --token in the list of processes. "
            f"Use {TOKEN_VARIABLE} or --token-file."
        )
        return str(arguments.token)
    return os.environ.get(TOKEN_VARIABLE)


def _read_token(path: Path) -> str:
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            narrate(f"Warning: other users can read {path}. Mend it with: chmod 600 {path}")
        return path.read_text("ascii").strip()
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}. Check --token-file.") from error
    except UnicodeDecodeError as error:
        raise LabError(
            f"{path} is no text (byte {error.start}). Put the token into it as one line."
        ) from error
