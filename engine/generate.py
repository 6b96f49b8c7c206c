"""The generation engine: many requests, one batch, a step at a time.

A step is one pass of the model over a list of tokens: the last one of every row that decodes (and
guesses behind it, where asked for), and a chunk of what rows that joined or were continued have
yet to read. Then every row that has been read to its end draws. So a long prompt delays the
others by a chunk at most, and rows join and leave between any two steps.

The engine has no thread and no lock: one caller owns it and drives ``step``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.admission import Admission, default_kv_bytes
from engine.batch import Batch, make_batch, next_batch
from engine.calls import Call
from engine.detokenize import TokenBytes
from engine.drawn import given
from engine.errors import RequestError
from engine.events import Completion, TokenEvent, collect
from engine.forward import make_forward
from engine.kvcache import KVCache, block_bytes, blocks_for
from engine.model import Transformer
from engine.native import NativeLibrary
from engine.request import Request
from engine.row import Row, rows_of
from engine.sampling import Sampler, describe, read_columns
from engine.share import Echo, Share, drawn_from

CHUNK_FLOP = 2e10
"""Work of one chunk of prompt on a CPU: a tenth or two of a second on two cores."""

GPU_CHUNK = 2048
"""Tokens of a chunk on a GPU."""

ALONE = 8
"""A chunk may be so many times as long while nobody decodes."""

ECHO_CHUNK = 128
"""Tokens of a chunk whose logits are all looked at: V numbers each."""


class _Decoded(NamedTuple):
    """A step that did nothing but draw one token for each row: the next one may be just like it."""

    rows: list[Row]
    shares: list[Share]
    batch: Batch
    ids_N: Tensor


class _Sampling(NamedTuple):
    """A sampler, and what it is made of."""

    rows: list[Row]
    banned: list[frozenset[int]]
    library: NativeLibrary | None
    sampler: Sampler


class Generator:
    """Serves requests on one model.

    Args:
        model: in the dtype and on the device to compute with; its weights must not change.
        tokenizer: of the same checkpoint.
        max_rows: rows in the batch; further ones wait.
        kv_bytes: memory for keys and values; by default what ``max_rows`` full contexts take, but
            no more than a part of the machine's memory.
        chunk: prompt tokens read in one step while other rows decode; by default as many as take
            a tenth of a second or two.
        native: decode with compiled code where and as soon as it can be had.
    """

    def __init__(
        self,
        model: Transformer,
        tokenizer: TokenBytes,
        *,
        max_rows: int = 64,
        kv_bytes: int | None = None,
        chunk: int | None = None,
        native: bool = False,
    ) -> None:
        self.config = config = model.config
        self.n_prefilled = 0
        """Tokens read in chunks so far: prompts and outputs, what was shared counted once."""
        self._model = model
        self._tokenizer = tokenizer
        self._device = model.cos_SE.device
        on_cpu = self._device.type == "cpu"
        dtype = torch.float32 if on_cpu else model.norm.weight.dtype
        if kv_bytes is None:
            kv_bytes = default_kv_bytes(self._device)
        n_blocks = min(
            kv_bytes // block_bytes(config, dtype), max_rows * blocks_for(config.max_seq_len)
        )
        self._cache = KVCache(config, max(1, n_blocks), device=self._device, dtype=dtype)
        self._forward = make_forward(model, self._cache, native=native)
        self._admission = Admission(self._cache, max_rows)
        if chunk is None:
            chunk = GPU_CHUNK
            if on_cpu:
                n_tokens = int(CHUNK_FLOP / (2 * config.multiplications_per_token))
                chunk = min(GPU_CHUNK, max(32, n_tokens))
        self._chunk = chunk
        self._last: _Decoded | None = None
        self._sampler: _Sampling | None = None
        self._calls: list[Call] = []
        self._echoes: dict[int, Echo] = {}

    @property
    def max_rows(self) -> int:
        """Rows decoded together at most."""
        return self._admission.max_rows

    @property
    def busy(self) -> bool:
        """Whether a step would do anything; rows that are paused wait for ``proceed``."""
        admission = self._admission
        if admission.n_waiting and not admission.settled:
            return True
        return not all(row.paused for row in admission.rows)

    @property
    def n_rows(self) -> int:
        """Rows in the batch now, paused ones too."""
        return len(self._admission.rows)

    @property
    def n_waiting(self) -> int:
        """Rows that wait for a place."""
        return self._admission.n_waiting

    def submit(self, request_id: int, request: Request) -> None:
        """Queue a request; its events will carry ``request_id``, unique among the live ones.

        Raises:
            RequestError: the model or this engine cannot serve it.
        """
        config = self.config
        request.check_fits(max_seq_len=config.max_seq_len, n_vocab=config.vocab_size)
        rows = rows_of(request_id, request, config.max_seq_len, self._tokenizer)
        self._admission.queue(rows)
        if request.echo:
            self._echoes[request_id] = Echo(rows, [])

    def take_calls(self) -> list[Call]:
        """The tool calls that rows have ended since this was last asked."""
        calls, self._calls = self._calls, []
        return calls

    def proceed(self, request_id: int, sample: int, ids: Sequence[int]) -> list[TokenEvent]:
        """Let a paused row go on, ``ids`` (a tool's output) appended; return their events.

        Without any ids the row ends for want of room.

        Raises:
            RequestError: no such row is paused, or the ids are more than its request made room
                for or unknown to the model.
        """
        for row in self._admission.rows:
            if (row.request_id, row.sample, row.paused) == (request_id, sample, True):
                row.request.check_forced(row.n_forced + len(ids), ids, self.config.vocab_size)
                events = row.force(ids) if ids else [row.out_of_room()]
                self._last = self._sampler = None  # neither has seen the ids
                self._admission.drop_finished()
                return events
        raise RequestError(
            f"Sample {sample} of request {request_id} is not paused. Ask again from the start."
        )

    def cancel(self, request_id: int) -> list[TokenEvent]:
        """Drop a request at once; return the events that end its rows (none if it has ended)."""
        self._echoes.pop(request_id, None)
        return [row.cancel() for row in self._admission.remove(request_id)]

    @torch.inference_mode()
    def step(self) -> list[TokenEvent]:
        """Do one step; return one event a token drawn, and those of echoed prompts.

        Raises:
            CheckpointError: the model's logits are not numbers.
        """
        self._admission.join()
        rows = [row for row in self._admission.rows if not row.paused]
        if not rows:
            return []
        if self._last is not None and self._last.rows == rows:
            shares = drawing = self._last.shares
            batch = next_batch(self._last.batch, self._last.ids_N)
        else:
            shares = self._share_out(rows)
            drawing = [share for share in shares if share.reads_all]
            batch = make_batch([share.new_tokens() for share in shares], self._device)
        self._last = None
        logits_WV = self._forward(batch)
        events = self._describe_echoes(shares, logits_WV) if self._echoes else []
        if len(logits_WV) > sum(1 + len(share.guess) for share in drawing):
            logits_WV = logits_WV[drawn_from(shares, self._device)]
        if not batch.decodes:
            self.n_prefilled += sum(share.n_new for share in shares if share.n_new > 1)
        if drawing is not shares:
            for share in shares:
                share.row.n_cached += 0 if share.reads_all else share.n_new
        if drawing:
            ids_W, drawn = self._draw(drawing, logits_WV)
            events += drawn
            plain = batch.decodes and len(drawing) == len(rows)
            if plain and not any(row.request.speculate for row in rows):
                self._last = _Decoded(rows, drawing, batch, ids_W)
        self._admission.drop_finished()
        return events

    def generate(self, request: Request) -> Iterator[TokenEvent]:
        """Yield the events of one request as they come; closing the iterator cancels it.

        For callers that have the engine to themselves.

        Raises:
            RequestError: the model or this engine cannot serve it.
            RuntimeError: the engine is busy with other requests.
        """
        self.require_idle()
        self.submit(0, request)
        try:
            while self.busy:
                yield from self.step()
        finally:
            self.cancel(0)

    def generate_all(self, requests: Sequence[Request]) -> list[list[Completion]]:
        """Answer all requests, batched; a list of ``n`` completions for each, in order.

        For callers that have the engine to themselves.

        Raises:
            RequestError: the model or this engine cannot serve it.
            RuntimeError: the engine is busy with other requests.
        """
        self.require_idle()
        events: dict[tuple[int, int], list[TokenEvent]] = {}
        try:
            for i, request in enumerate(requests):
                self.submit(i, request)
            while self.busy:
                for event in self.step():
                    events.setdefault((event.request, event.row), []).append(event)
        finally:
            for i in range(len(requests)):
                self.cancel(i)
        return [
            [collect(request.prompt_ids, events[i, sample]) for sample in range(request.n)]
            for i, request in enumerate(requests)
        ]

    def require_idle(self) -> None:
        """See that nobody else's requests are under way.

        Raises:
            RuntimeError: some are.
        """
        if self.n_rows or self.n_waiting:
            raise RuntimeError("the engine is busy: drive it with submit and step")

    def _share_out(self, rows: Sequence[Row]) -> list[Share]:
        """Say how much of each row the next pass reads: decoding rows all, the others a chunk.

        Who has least left to read comes first: a question does not wait for somebody's book.
        """
        shares = [Share(row, 1, row.guess()) for row in rows if row.n_unread == 1]
        left = self._chunk * (1 if shares else ALONE)
        reading = [row for row in rows if row.n_unread > 1]
        for row in sorted(reading, key=lambda row: (row.request.priority == "bulk", row.n_unread)):
            most = ECHO_CHUNK if row.echoes else left
            n_new = min(row.n_unread, left, most)
            left -= n_new
            if n_new:
                shares.append(Share(row, n_new))
        return shares

    def _draw(self, shares: Sequence[Share], logits_WV: Tensor) -> tuple[Tensor, list[TokenEvent]]:
        """Draw behind every share, and behind every right guess."""
        sampler = self._sampler_for(shares)
        uniforms = [u for share in shares for u in share.row.uniforms(1 + len(share.guess))]
        ids_W, drawn_W = sampler.sample(logits_WV, uniforms)
        drawn, events = iter(drawn_W), []
        for share in shares:
            row, seen = share.row, [next(drawn) for _ in range(1 + len(share.guess))]
            row.n_cached += share.n_new
            banned = row.banned
            for token, guessed in zip(seen, [*share.guess, None], strict=True):
                events += row.take(token)
                done = row.finish_reason or row.paused
                # What was drawn behind a guess is void if other ids are banned from there on.
                if done or token.id != guessed or row.banned is not banned:
                    break
                row.n_cached += 1
            if row.ended_call is not None:
                self._calls.append(row.ended_call)
                row.ended_call = None
        return ids_W, events

    def _sampler_for(self, shares: Sequence[Share]) -> Sampler:
        """The sampler of these rows, kept while they and what they must not say stay the same."""
        rows = [share.row for share in shares for _ in range(1 + len(share.guess))]
        banned, library = [row.banned for row in rows], self._forward.library
        if self._sampler is None or self._sampler[:3] != (rows, banned, library):
            params, ids = [row.request.params for row in rows], [row.ids for row in rows]
            sampler = Sampler(params, ids, self.config.vocab_size, self._device, banned, library)
            self._sampler = _Sampling(rows, banned, library, sampler)
        return self._sampler.sampler

    def _describe_echoes(self, shares: Sequence[Share], logits_WV: Tensor) -> list[TokenEvent]:
        """Say how the model saw the tokens of prompts that this pass has read."""
        events: list[TokenEvent] = []
        at = 0
        for share in shares:
            row, n_wanted = share.row, share.n_wanted
            if row.echoes:
                ids = list(row.request.prompt_ids)
                echo = self._echoes[row.request_id]
                begun = row.n_cached
                predicted = ids[begun + 1 : begun + share.n_new + 1]
                n = min(row.request.params.n_alternatives, self.config.vocab_size)
                if not begun:
                    echo.seen.append(given(ids[0]))  # nothing predicts the first
                if predicted:
                    logits_TV = logits_WV[at : at + len(predicted)]
                    seen = describe(logits_TV, torch.tensor(predicted, device=self._device), n)
                    echo.seen.extend(read_columns(columns, n) for columns in seen.tolist())
                if share.reads_all:
                    events += [event for each in echo.rows for event in each.echo(echo.seen)]
                    del self._echoes[row.request_id]
            at += n_wanted
        return events
