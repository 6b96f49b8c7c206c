"""The generation engine: many requests, one batch, a step at a time.

A step either reads the prompts of waiting requests (``_prefill``) or draws one token for every
row of the batch (``_decode``). Requests join and leave between steps; rows that end leave the
batch at once and the last row takes their place in the cache, so no step computes a dead row.
A prompt is read once, however many samples go on from it.

The engine has no thread and no lock: one caller owns it and drives ``step``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.decode import Decoder
from engine.detokenize import TokenBytes
from engine.events import Completion, TokenEvent, collect
from engine.kvcache import KVCache
from engine.model import Transformer
from engine.native_decode import DecodeStep, EagerUntilNative
from engine.request import Request
from engine.row import Row, rows_of
from engine.sampling import Drawn, Sampler, describe, read_columns


@dataclass(slots=True)
class _Waiting:
    """A request that has no rows in the batch yet."""

    request_id: int
    rows: list[Row]

    @property
    def request(self) -> Request:
        return self.rows[0].request


class Generator:
    """Serves requests on one model.

    Args:
        model: in the dtype and on the device to compute with; its weights must not change.
        tokenizer: of the same checkpoint.
        max_rows: rows decoded together; further requests wait.
        prefill_tokens: prompt tokens read in one step, padding counted (one prompt at least).
        native: decode with compiled code where and as soon as it can be had.
    """

    def __init__(
        self,
        model: Transformer,
        tokenizer: TokenBytes,
        *,
        max_rows: int = 64,
        prefill_tokens: int = 8192,
        native: bool = False,
    ) -> None:
        self.config = model.config
        self.max_rows = max_rows
        self.n_prefilled = 0
        """Prompt tokens read so far, padding not counted."""
        self._model = model
        self._tokenizer = tokenizer
        self._prefill_tokens = prefill_tokens
        self._device = model.embed.weight.device
        self._decoder: DecodeStep = EagerUntilNative(model) if native else Decoder(model)
        self._cache = KVCache(
            model.config, max_rows, device=self._device, dtype=model.embed.weight.dtype
        )
        self._waiting: deque[_Waiting] = deque()
        self._rows: list[Row] = []
        """Row i of the batch is row i of the cache."""
        self._sampler: Sampler | None = None
        """Of ``_rows``; None after they have changed."""
        self._last_ids: Tensor
        """Token each row drew last, to be read by the next step; valid while ``_sampler`` is."""

    @property
    def busy(self) -> bool:
        """Whether a step would do anything."""
        return bool(self._rows or self._waiting)

    @property
    def n_rows(self) -> int:
        """Rows in the batch now."""
        return len(self._rows)

    def submit(self, request_id: int, request: Request) -> None:
        """Queue a request; its events will carry ``request_id``, unique among the live ones.

        Raises:
            RequestError: the model or this engine cannot serve it.
        """
        config = self.config
        request.check_fits(
            max_seq_len=config.max_seq_len, max_rows=self.max_rows, n_vocab=config.vocab_size
        )
        rows = rows_of(request_id, request, config.max_seq_len, self._tokenizer)
        self._waiting.append(_Waiting(request_id, rows))

    def cancel(self, request_id: int) -> list[TokenEvent]:
        """Drop a request at once; return the events that end its rows (none if it has ended)."""
        waiting = [entry for entry in self._waiting if entry.request_id == request_id]
        for entry in waiting:
            self._waiting.remove(entry)
        cancelled = [row for entry in waiting for row in entry.rows]
        cancelled += [row for row in self._rows if row.request_id == request_id]
        events = [row.cancel() for row in cancelled]
        self._drop_finished()
        return events

    @torch.inference_mode()
    def step(self) -> list[TokenEvent]:
        """Do one step; return one event a row drawn, and those of echoed prompts.

        Raises:
            CheckpointError: the model's logits are not numbers.
        """
        joining = self._next_to_join()
        if joining:
            events = self._prefill(joining)
        elif self._rows:
            events = self._decode()
        else:
            return []
        self._drop_finished()
        return events

    def generate(self, request: Request) -> Iterator[TokenEvent]:
        """Yield the events of one request as they come; closing the iterator cancels it.

        For callers that have the engine to themselves.

        Raises:
            RequestError: the model or this engine cannot serve it.
            RuntimeError: the engine is busy with other requests.
        """
        self._require_idle()
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
        self._require_idle()
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

    def _require_idle(self) -> None:
        if self.busy:
            raise RuntimeError("the engine is busy: drive it with submit and step")

    def _next_to_join(self) -> list[_Waiting]:
        """Take requests off the queue, first come first served, as far as rows and step allow."""
        joining: list[_Waiting] = []
        free, longest = self.max_rows - len(self._rows), 0
        while self._waiting and self._waiting[0].request.n <= free:
            longest = max(longest, len(self._waiting[0].request.prompt_ids))
            if joining and longest * (len(joining) + 1) > self._prefill_tokens:
                break
            joining.append(self._waiting.popleft())
            free -= joining[-1].request.n
        return joining

    def _prefill(self, joining: Sequence[_Waiting]) -> list[TokenEvent]:
        """Read prompts side by side, copy each for its other samples, draw the first tokens."""
        prompts = [entry.request.prompt_ids for entry in joining]
        first, longest = len(self._rows), max(map(len, prompts))
        # Padding stands to the right, where no real token sees it and later ones overwrite it.
        padded = [[*prompt, *[0] * (longest - len(prompt))] for prompt in prompts]
        ids_BT = torch.tensor(padded, device=self._device)
        for i in range(len(prompts)):
            self._cache.trim(first + i, 0)
        window = self._cache.window(first, len(prompts), longest)
        x_BTD = self._model(ids_BT, window.positions_BT, window.mask_B1TS, window)
        for i, prompt in enumerate(prompts):
            self._cache.extend(first + i, len(prompt))
            self.n_prefilled += len(prompt)

        # The first sample of each prompt stands where it was read, the others behind them all.
        events: list[TokenEvent] = []
        rows = [entry.rows[0] for entry in joining]
        source = list(range(len(joining)))
        for i, entry in enumerate(joining):
            if entry.request.echo:
                seen = self._describe_prompt(entry.request, x_BTD[i])
                events += [event for row in entry.rows for event in row.echo(seen)]
            for row in entry.rows[1:]:
                self._cache.copy_row(first + i, first + len(rows))
                rows.append(row)
                source.append(i)
        last = torch.tensor([len(prompts[i]) - 1 for i in source], device=self._device)
        x_BD = x_BTD[torch.tensor(source, device=self._device), last]
        self._rows += rows
        self._sampler = None
        return events + self._draw(rows, self._new_sampler(rows), self._model.unembed(x_BD))[1]

    def _describe_prompt(self, request: Request, x_TD: Tensor) -> list[Drawn]:
        """Say how the model saw each token of a prompt; nothing predicts the first."""
        n = min(request.params.n_alternatives, self.config.vocab_size)
        ids = request.prompt_ids
        first = Drawn(id=ids[0], logprob=0.0, entropy=0.0, rank=0, alternatives=())
        if len(ids) == 1:
            return [first]
        logits_TV = self._model.unembed(x_TD[: len(ids) - 1]).float()
        seen = describe(logits_TV, torch.tensor(ids[1:], device=self._device), n)
        return [first, *(read_columns(columns, n) for columns in seen.tolist())]

    def _decode(self) -> list[TokenEvent]:
        """Read each row's last token and draw the next."""
        if self._sampler is None:
            self._sampler = self._new_sampler(self._rows)
            self._last_ids = torch.tensor([r.ids[-1] for r in self._rows], device=self._device)
        window = self._cache.window(0, len(self._rows), 1)
        logits_BV = self._decoder.step(self._last_ids, window)
        for i in range(len(self._rows)):
            self._cache.extend(i, 1)
        self._last_ids, events = self._draw(self._rows, self._sampler, logits_BV)
        return events

    def _new_sampler(self, rows: Sequence[Row]) -> Sampler:
        params, ids = [row.request.params for row in rows], [row.ids for row in rows]
        return Sampler(params, ids, self.config.vocab_size, self._device)

    def _draw(
        self, rows: Sequence[Row], sampler: Sampler, logits_BV: Tensor
    ) -> tuple[Tensor, list[TokenEvent]]:
        ids_B, drawn = sampler.sample(logits_BV, [row.uniform() for row in rows])
        return ids_B, [row.take(token) for row, token in zip(rows, drawn, strict=True)]

    def _drop_finished(self) -> None:
        """Close the gaps that ended rows leave, each with the last row of the batch."""
        for i in reversed(range(len(self._rows))):
            if self._rows[i].finish_reason is None:
                continue
            last = self._rows.pop()
            if i < len(self._rows):
                self._rows[i] = last
                self._cache.copy_row(len(self._rows), i)
            self._sampler = None
