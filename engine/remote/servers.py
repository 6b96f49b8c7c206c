"""The servers that were connected: a small file of this user's, without any key in it.

A key is never stored. What is stored is where it comes from, the name of an environment variable or
the path of a file, and it is read each time that the server is asked.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from engine import files, paths, wire
from engine.errors import LabError, RemoteError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_KEY = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A remembered server; ``url`` is the base that ``/models`` is appended to.

    Raises:
        RemoteError: a name that cannot stand before a model's, or two sources of the key.
    """

    name: str
    url: str
    key_env: str | None = None
    key_file: str | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise RemoteError(
                f"{self.name[:40]!r} cannot name a server. Use letters, digits, dots and dashes, "
                "32 at most."
            )
        if self.key_env is not None and self.key_file is not None:
            raise RemoteError("The key comes from a variable or from a file. Give one of them.")
        if self.key_env is not None and not _VARIABLE.fullmatch(self.key_env):
            # Not repeated: it may be the key itself, given in the wrong place.
            raise RemoteError(
                "That is not the name of an environment variable. Put the key in a variable such "
                "as OPENAI_API_KEY and give the variable's name."
            )

    @property
    def has_key(self) -> bool:
        """Whether it is asked with a key."""
        return self.key_env is not None or self.key_file is not None

    def key_source(self) -> str:
        """Where the key comes from, in words: ``$OPENAI_API_KEY``, a path, or ``no key``."""
        if self.key_env is not None:
            return f"${self.key_env}"
        return self.key_file if self.key_file is not None else "no key"

    def read_key(self) -> str | None:
        """The key, None where the server has none.

        Raises:
            RemoteError: the variable is not set, the file cannot be read, or what is there
                cannot be a key.
        """
        if self.key_env is not None:
            key = os.environ.get(self.key_env, "")
            if not key.strip():
                raise RemoteError(
                    f"The variable {self.key_env}, which holds the key of {self.name}, is not "
                    f"set. Run: export {self.key_env}=..."
                )
        elif self.key_file is not None:
            key = _read_key_file(Path(self.key_file), self.name)
        else:
            return None
        key = key.strip()
        if not (key.isascii() and key.isprintable()) or " " in key or len(key) > _LONGEST_KEY:
            raise RemoteError(
                f"What {self.key_source()} holds cannot be a key: it is longer than a line, or has "
                "spaces or unusual characters. Put the key alone there."
            )
        return key


@dataclass(frozen=True, kw_only=True, slots=True)
class _Remembered:
    servers: tuple[Server, ...] = ()


def servers_file() -> Path:
    """Where they are remembered."""
    return paths.home() / "servers.json"


def read_servers() -> tuple[Server, ...]:
    """All of them, in the order they were connected.

    Raises:
        RemoteError: the file is damaged.
    """
    path = servers_file()
    if not path.exists():
        return ()
    try:
        return wire.decode(_Remembered, files.read_json(path)).servers
    except LabError as error:
        raise RemoteError(
            f"{path} is damaged ({error}). Delete it and connect the servers again."
        ) from error


def find_server(name: str) -> Server:
    """The server of that name.

    Raises:
        RemoteError: there is none.
    """
    servers = read_servers()
    for server in servers:
        if server.name == name:
            return server
    known = ", ".join(server.name for server in servers) or "none yet"
    raise RemoteError(f"There is no server {name[:40]!r}. There are: {known}.")


def find_model(name: str) -> tuple[Server, str]:
    """The server and its own name of the model in ``SERVER:MODEL``, such as ``box:qwen3:8b``.

    Raises:
        RemoteError: no model is named, or there is no such server.
    """
    server, _, model = (part.strip() for part in name.partition(":"))
    if not model:
        raise RemoteError(
            f"{name[:80]!r} names no model of a server. Write SERVER:MODEL, such as box:llama3.2; "
            "llmlab connect --list says which servers there are."
        )
    return find_server(server), model


def remember(server: Server) -> Server:
    """Add a server, or replace the one that has its URL.

    Raises:
        RemoteError: another server has the name; the file is damaged.
        LabError: the file cannot be written.
    """
    others = [known for known in read_servers() if known.url != server.url]
    for known in others:
        if known.name == server.name:
            raise RemoteError(
                f"There is a server {server.name!r} already ({known.url}). Choose another name, or "
                f"remove that one: llmlab connect --remove {server.name}"
            )
    if server.key_file is not None:
        server = replace(server, key_file=str(paths.expanded(server.key_file).absolute()))
    _write((*others, server))
    return server


def forget(name: str) -> Server:
    """Remove a server.

    Raises:
        RemoteError: there is none of that name.
        LabError: the file cannot be written.
    """
    gone = find_server(name)
    _write(tuple(server for server in read_servers() if server.name != name))
    return gone


def _write(servers: tuple[Server, ...]) -> None:
    records = [wire.fields_of(server) for server in servers]
    files.write_json(servers_file(), {"servers": records}, private=True)


def _read_key_file(path: Path, server: str) -> str:
    try:
        with paths.expanded(path).open("rb") as file:
            data = file.read(_LONGEST_KEY + 2)
    except OSError as error:
        raise RemoteError(
            f"The key of {server} cannot be read from {path}: {error.strerror}. Check the path."
        ) from error
    text = data.decode(errors="replace")
    if not text.strip():
        raise RemoteError(f"{path}, which should hold the key of {server}, is empty.")
    return text
