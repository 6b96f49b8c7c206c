"""The connected servers as the app sees them: who is there, what each has, and who is down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import LabError, RemoteError
from engine.remote.client import RemoteClient, RemoteModel, find_base
from engine.remote.servers import Server, forget, read_servers, remember
from tui.services import Source


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server: ``asking`` until it has answered once; a ``problem`` is a whole sentence."""

    server: Server
    asking: bool = True
    models: tuple[RemoteModel, ...] = ()
    problem: str = ""


class RemoteServers:
    """Keeps a client for each remembered server."""

    def __init__(self) -> None:
        self._clients: dict[str, RemoteClient] = {}
        self._states: dict[str, ServerState] = {}

    @property
    def states(self) -> Sequence[ServerState]:
        """In the order they were connected."""
        return tuple(self._states.values())

    async def refresh(self) -> None:
        """Read which servers there are and ask all of them at once what they have.

        Raises:
            RemoteError: the file that remembers them is damaged.
        """
        servers = await asyncio.to_thread(read_servers)
        await self._keep(servers)
        await asyncio.gather(*(self._ask(client) for client in list(self._clients.values())))

    async def connect(self, url: str, *, name: str = "", key_env: str = "") -> ServerState:
        """Find a server, remember it, and say what it has.

        Raises:
            RemoteError: nobody answers, a refusal, no such server, or the name is taken.
            LabError: it cannot be remembered.
        """
        from engine.remote.address import candidates, default_name

        asked = Server(
            name=name or default_name(candidates(url)[0]), url=url, key_env=key_env or None
        )
        server, models = await find_base(asked)
        server = await asyncio.to_thread(remember, server)
        await self._keep(await asyncio.to_thread(read_servers))
        self._states[server.name] = ServerState(server, asking=False, models=models)
        return self._states[server.name]

    async def disconnect(self, name: str) -> None:
        """Forget a server.

        Raises:
            LabError: there is none of that name, or the file cannot be written.
        """
        await asyncio.to_thread(forget, name)
        await self._keep(await asyncio.to_thread(read_servers))

    def source(self, name: str) -> Source:
        """Who answers for a server's models.

        Raises:
            RemoteError: the server is no longer connected.
        """
        client = self._clients.get(name)
        if client is None:
            raise RemoteError(f"The server {name!r} is not connected any more. Connect it again.")
        return client

    async def close(self) -> None:
        """Close all connections."""
        await self._keep(())

    async def _keep(self, servers: Sequence[Server]) -> None:
        """Have a client for each of ``servers`` and for no other."""
        by_name = {server.name: server for server in servers}
        for name, client in list(self._clients.items()):
            if by_name.get(name) != client.server:
                self._clients.pop(name, None)
                self._states.pop(name, None)
                await client.close()
        for name, server in by_name.items():
            if name not in self._clients:
                self._clients[name] = RemoteClient(server)
                self._states[name] = ServerState(server)

    async def _ask(self, client: RemoteClient) -> None:
        name = client.server.name
        try:
            state = ServerState(client.server, asking=False, models=await client.models())
        except LabError as error:
            state = ServerState(client.server, asking=False, problem=str(error))
        if self._clients.get(name) is client:
            self._states[name] = state
