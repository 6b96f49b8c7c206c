"""The client of one other server: its models, and answers as the lab's own engine gives them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import RemoteError, RequestError
from engine.events import FIRST_UNNUMBERED
from engine.protocol import GenerateRequest, Started, StreamEvent
from engine.remote.address import candidates
from engine.remote.body import Terms, body_of, lowered, path_of
from engine.remote.chunks import read_chunk
from engine.remote.failures import RefusedError, clean, refused
from engine.remote.link import SILENCE_TIMEOUT_S, Link
from engine.remote.rows import Rows
from engine.remote.servers import Server

MAX_MODELS = 2000
_LONGEST_ID = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteModel:
    """A model of a server; few servers say more than its name."""

    id: str
    n_params: int | None = None
    max_seq_len: int = 0
    """Tokens of prompt and answer; 0 where the server does not say."""
    chats: bool | None = None
    """Whether it answers conversations; None where asking is the only way to know."""


class RemoteClient:
    """Talks to ``server``; use it from one event loop, several streams may run at once."""

    def __init__(self, server: Server, *, silence_s: float = SILENCE_TIMEOUT_S) -> None:
        self.server = server
        self._link = Link(server, silence_s=silence_s)
        self._terms: dict[tuple[str, str], Terms] = {}
        self._sizes: dict[str, int] = {}

    @property
    def answered(self) -> bool:
        """Whether the server has ever said anything, be it a refusal."""
        return self._link.answered

    async def models(self) -> tuple[RemoteModel, ...]:
        """What the server has, in its own order.

        Raises:
            RemoteError: no answer, a refusal, or an answer that is no list of models.
        """
        try:
            value = await self._link.get("/models")
        except RefusedError as error:
            raise refused(self.server, error) from None
        found = _models(value)
        if found is None:
            raise RemoteError(
                f"{self.server.name} ({self.server.url}) answers, but not with a list of models: "
                "it is no OpenAI-compatible server. Check the URL."
            )
        self._sizes = {model.id: model.max_seq_len for model in found}
        return found

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[StreamEvent, None]:
        """Stream an answer; closing the iterator closes the connection, which stops the server.

        ``request.model`` is the server's name for the model. Ids, probabilities and the cut into
        tokens are as ``engine.events.FIRST_UNNUMBERED`` says; a raw prompt comes back as one piece,
        a conversation not at all. A server that draws one sample at a time is asked once for each,
        with seeds that count up.

        Raises:
            RequestError: the request holds ids or offers tools, which no server takes.
            RemoteError: what the server refused, or how it was lost.
        """
        if request.continue_ids or request.n_ids or request.prompt_ids is not None:
            raise RequestError(
                f"{self.server.name} takes text, not token ids: only the lab's own engine can go "
                "on from a token that you chose."
            )
        if request.tools:
            raise RequestError(
                f"{self.server.name} does not know the lab's tools: only the lab's own engine runs "
                "them. Ask it without tools."
            )
        rows = Rows(self.server.name)
        first = None if request.n == 1 or self._terms_of(request).several else 0
        started = False
        async for event in self._ask(request, rows, first):
            if not started:
                started = True
                yield self._started(request)
            yield event
        for missing in [row for row in range(request.n) if row not in rows.rows]:
            async for event in self._ask(request, rows, missing):
                yield event

    async def close(self) -> None:
        """Close the connections."""
        await self._link.close()

    def _started(self, request: GenerateRequest) -> Started:
        prompt = () if request.prompt is None else (request.prompt,)
        return Started(
            model=request.model,
            prompt_ids=(FIRST_UNNUMBERED,) * len(prompt),
            prompt_tokens=prompt,
            max_seq_len=self._sizes.get(request.model, 0),
        )

    async def _ask(
        self, request: GenerateRequest, rows: Rows, only: int | None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Ask for all samples or for one, in humbler terms where the server refuses."""
        terms: Terms | None = self._terms_of(request)
        while terms is not None:
            if request.n > 1 and not terms.several and only is None:
                only = 0
            stream = self._stream(request, terms, rows, only)
            try:
                async with contextlib.aclosing(stream):
                    async for event in stream:
                        yield event
            except RefusedError as error:
                terms = lowered(terms, error.status, error.said)
                if terms is None:
                    raise refused(self.server, error) from None
            else:
                self._terms[path_of(request), request.model] = terms
                return

    async def _stream(
        self, request: GenerateRequest, terms: Terms, rows: Rows, only: int | None
    ) -> AsyncGenerator[StreamEvent, None]:
        body = body_of(request, terms, row=None if request.n == 1 else only)
        wanted = range(request.n) if only is None else range(only, only + 1)
        counted: int | None = None
        whole = False
        posted = self._link.post(path_of(request), body)
        async with contextlib.aclosing(posted):
            async for data in posted:
                if data.strip() == b"[DONE]":
                    whole = True
                    break
                chunk = read_chunk(data, self.server.name, self._link.key)
                counted = chunk.n_tokens or counted
                for choice in chunk.choices:
                    number = choice.row if only is None else only
                    if number in wanted:
                        for event in rows.take(choice, number):
                            yield event
        begun = [number for number in wanted if number in rows.rows]
        if not begun or not (whole or all(rows.rows[number].finish for number in begun)):
            how = "in the middle of the answer" if begun else "without an answer"
            raise RemoteError(
                f"{self.server.name} ended its stream {how}. Ask again, or look at that server's "
                "log."
            )
        for number in begun:
            yield rows.finished(number, counted if len(begun) == 1 else None)

    def _terms_of(self, request: GenerateRequest) -> Terms:
        return self._terms.get((path_of(request), request.model), Terms())


async def find_base(server: Server) -> tuple[Server, tuple[RemoteModel, ...]]:
    """Ask a server whose URL is as a person typed it: the same server with its base URL.

    Raises:
        RemoteError: nobody answers, a refusal, or nothing there is such a server.
    """
    problem: RemoteError | None = None
    for url in candidates(server.url):
        client = RemoteClient(replace(server, url=url))
        try:
            return client.server, await client.models()
        except RemoteError as error:
            problem = problem or error  # The likelier address tells more.
            if not client.answered:
                break  # Nobody is there: another path would not help.
        finally:
            await client.close()
    assert problem is not None, "there is at least one candidate"
    raise problem


def _models(value: Any) -> tuple[RemoteModel, ...] | None:
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list):
        return None
    found: dict[str, RemoteModel] = {}
    for item in data[:MAX_MODELS]:
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID or clean(name) != name:
            continue
        meta = item.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        found[name] = RemoteModel(
            id=name,
            n_params=_whole(item.get("n_params")) or _whole(meta.get("n_params")),
            max_seq_len=_whole(item.get("max_model_len")) or _whole(meta.get("n_ctx_train")) or 0,
            chats=chats if isinstance(chats := item.get("chats"), bool) else None,
        )
    return tuple(found.values())


def _whole(value: Any) -> int | None:
    plausible = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
    return value if plausible else None
