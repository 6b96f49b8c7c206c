"""Many short conversations with a model on another server, a bounded number of them at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Self

from engine.events import TokenEvent
from engine.protocol import GenerateRequest, Message
from engine.remote.client import RemoteClient
from engine.remote.servers import Server, find_model
from engine.sampling_params import SamplingParams

AT_ONCE = 8
"""Requests under way; few servers answer more of them any sooner."""


class ServerChat:
    """A model of a connected server, asked from outside any event loop.

    Args:
        server: where.
        model: the server's name for it.
        at_once: requests that may be under way.
    """

    def __init__(self, server: Server, model: str, *, at_once: int = AT_ONCE) -> None:
        self.server = server
        self.model = model
        self._at_once = at_once

    @classmethod
    def named(cls, name: str) -> Self:
        """A model of a connected server by its name, ``SERVER:MODEL``.

        Raises:
            RemoteError: no model is named, or there is no such server.
        """
        return cls(*find_model(name))

    @property
    def name(self) -> str:
        """Server and model, as ``named`` takes them."""
        return f"{self.server.name}:{self.model}"

    def ask(self, conversations: Sequence[Sequence[Message]], *, max_tokens: int) -> list[str]:
        """The greedy answer to each conversation, in order.

        Raises:
            RemoteError: what the server refused, or how it was lost; the others are cancelled.
        """
        return asyncio.run(self._ask_all(conversations, max_tokens))

    async def _ask_all(
        self, conversations: Sequence[Sequence[Message]], max_tokens: int
    ) -> list[str]:
        client = RemoteClient(self.server)
        room = asyncio.Semaphore(self._at_once)
        params = SamplingParams(temperature=0.0, max_tokens=max_tokens)

        async def ask(messages: Sequence[Message]) -> str:
            request = GenerateRequest(model=self.model, messages=tuple(messages), params=params)
            async with room:
                events = [event async for event in client.generate(request)]
            return "".join(event.text for event in events if isinstance(event, TokenEvent))

        tasks = [asyncio.create_task(ask(messages)) for messages in conversations]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.close()
