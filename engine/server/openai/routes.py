"""The routes under ``/v1``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine import wire
from engine.errors import CheckpointError
from engine.server.backend import Offer
from engine.server.body import read_body
from engine.server.event_stream import EventStream
from engine.server.openai.answer import Answer
from engine.server.openai.bodies import Wish, chat_wish, completion_wish
from engine.server.openai.forms import ChatForm, CompletionForm, Form
from engine.server.openai.run import Run
from engine.server.worker import Worker

Result = TypeVar("Result")


class OpenAIRoutes:
    """OpenAI's API over a worker.

    Args:
        worker: answers.
        in_use: a context to hold while a request is open.
    """

    def __init__(self, worker: Worker, in_use: Callable[[], AbstractContextManager[None]]) -> None:
        self._worker = worker
        self._in_use = in_use

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/v1/models/{name:path}", self.model, methods=["GET"]),
            Route("/v1/completions", self.completions, methods=["POST"]),
            Route("/v1/chat/completions", self.chat_completions, methods=["POST"]),
        ]

    async def models(self, request: Request) -> Response:
        """The checkpoints that have a name."""
        with self._in_use():
            offers = await self._offers()
        return _json(wire.dumps({"object": "list", "data": list(map(_model, offers.values()))}))

    async def model(self, request: Request) -> Response:
        """One of them.

        Raises:
            CheckpointError: there is none of that name.
        """
        name = request.path_params["name"]
        with self._in_use():
            offers = await self._offers()
        if name not in offers:
            raise CheckpointError(
                f"There is no model {name[:80]!a}. GET /v1/models lists those there are."
            )
        return _json(wire.dumps(_model(offers[name])))

    async def completions(self, request: Request) -> Response:
        """Go on from one prompt or several."""
        return await self._answer(request, completion_wish, CompletionForm)

    async def chat_completions(self, request: Request) -> Response:
        """Answer a conversation."""
        return await self._answer(request, chat_wish, ChatForm)

    async def _answer(
        self, request: Request, read: Callable[[object], Wish], kind: type[Form]
    ) -> Response:
        wish = read(wire.loads(await read_body(request)))
        run = Run(self._worker, wish.requests)
        try:
            with self._in_use():
                answer = Answer(kind, wish, run, await _unless_left(request, run.begin()))
                if not wish.stream:
                    return _json(await _unless_left(request, answer.whole()))
        except BaseException:
            run.abandon()
            raise
        return EventStream(answer.chunks(), self._in_use(), run.abandon)

    async def _offers(self) -> dict[str, Offer]:
        # Shielded: a reader that leaves must not cancel the worker's own future.
        await asyncio.shield(asyncio.wrap_future(self._worker.ready))
        offers = await asyncio.to_thread(self._worker.offers)
        return {offer.name: offer for offer in offers}


async def _unless_left(request: Request, work: Awaitable[Result]) -> Result:
    """The result of ``work``, which is cancelled when the client closes its connection.

    Raises:
        ClientDisconnect: it did.
    """
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise ClientDisconnect
        return doing.result()
    finally:
        doing.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _model(offer: Offer) -> dict[str, Any]:
    """OpenAI's four fields, then what else a client may want to know (vLLM's name for it first)."""
    return {
        "id": offer.name,
        "object": "model",
        "created": offer.created_s,
        "owned_by": "llmlab",
        "max_model_len": offer.max_seq_len,
        "n_params": offer.n_params,
        "chats": offer.chats,
    }


def _json(text: str | bytes) -> Response:
    return Response(text, media_type="application/json")
