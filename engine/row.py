"""One sample of one request on its way through the batch. Imports no torch.

A row is its ids and how many of them the model has read. Whatever is left is read in the next
passes: a prompt in chunks, a drawn token by itself, a tool's output at one go. When nothing is
left unread, the last pass has given the logits from which the next token is drawn.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence

from engine.calls import Call, CallState, Fence
from engine.detokenize import Detokenizer, TokenBytes, token_text
from engine.drawn import Drawn, given
from engine.events import NO_TOKEN, Alternative, FinishReason, Span, TokenEvent
from engine.request import Request
from engine.speculate import Lookup
from engine.stop_strings import StopStrings


class Row:
    """The state of a row that lives on the host.

    Args:
        request_id: what the caller named the request.
        sample: which of the request's samples, from 0.
        request: what was asked for.
        seed: of the request; its own seed or a fresh one, shared by its samples.
        max_seq_len: positions the model can read.
        tokenizer: gives the bytes of a token.
    """

    __slots__ = (
        "_ahead", "_chance", "_lookup", "_max_seq_len", "_state", "_stops", "_text", "_tokenizer",
        "blocks", "ended_call", "finish_reason", "ids", "n_cached", "n_drawn", "n_forced", "paused",
        "request", "request_id", "sample",
    )  # fmt: skip

    def __init__(
        self,
        request_id: int,
        sample: int,
        request: Request,
        seed: int,
        max_seq_len: int,
        tokenizer: TokenBytes,
    ) -> None:
        self.request_id = request_id
        self.sample = sample
        self.request = request
        self.ids = list(request.prompt_ids)
        self.blocks: list[int] = []
        """Of the cache; room for every position the row may come to."""
        self.n_cached = 0
        """Ids the model has read."""
        self.n_drawn = 0
        self.n_forced = 0
        """Ids appended by ``force``."""
        self.paused = False
        """Whether it waits for ``force``, with a call that it has ended."""
        self.ended_call: Call | None = None
        """The call with whose last token the row paused or ended."""
        self.finish_reason: FinishReason | None = None
        said = self.ids[len(self.ids) - request.n_said :]
        self._state = CallState(request.calls, request.stop_ids, said)
        self._max_seq_len = max_seq_len
        self._tokenizer = tokenizer
        self._text = Detokenizer(tokenizer)
        self._stops = StopStrings(request.params.stop)
        self._chance = random.Random(f"{seed}/{sample}")
        self._ahead: list[float] = []
        self._lookup = Lookup()

    @property
    def n_unread(self) -> int:
        """Ids the model has yet to read before a token can be drawn."""
        return len(self.ids) - self.n_cached

    @property
    def most_positions(self) -> int:
        """Positions the row may fill at most; the last drawn token is never read."""
        request = self.request
        most = len(request.prompt_ids) + request.max_forced + request.params.max_tokens - 1
        return min(max(most, len(request.prompt_ids)), self._max_seq_len)

    @property
    def echoes(self) -> bool:
        """Whether this row is reading a prompt that is to be reported: the first sample does."""
        return (
            self.request.echo and self.sample == 0 and self.n_cached < len(self.request.prompt_ids)
        )

    def guess(self) -> list[int]:
        """Ids that may come next, where the request asks for guesses and there is room."""
        request = self.request
        # A penalty depends on the tokens drawn just before, which a guess would not have seen.
        if not request.speculate or request.params.repetition_penalty != 1.0:
            return []
        if self.echoes:  # all logits of this pass are the prompt's
            return []
        room = min(
            self.most_positions - len(self.ids), request.params.max_tokens - self.n_drawn - 1
        )
        return self._lookup.guess(self.ids, min(request.speculate, room))

    def uniforms(self, n: int) -> list[float]:
        """This row's next ``n`` numbers in [0, 1); those for tokens then taken are used up."""
        if self.request.params.greedy:
            return [0.0] * n  # greedy rows have no use for them
        while len(self._ahead) < n:
            # 32 bits: a product with a mass summed in doubles cannot round up to the whole mass.
            self._ahead.append(self._chance.getrandbits(32) / 2**32)
        return self._ahead[:n]

    def take(self, drawn: Drawn) -> list[TokenEvent]:
        """Append a drawn token, decide whether the row ends or pauses with it, and report it."""
        self.ids.append(drawn.id)
        self.n_drawn += 1
        del self._ahead[:1]
        begun, ended = self._state.open, self._state.see(drawn.id)
        if begun is not None or self._state.open is not None:
            return self._take_in_call(drawn, ended, begins=begun is None)
        if drawn.id in self.request.stop_ids:
            text, self.finish_reason = self._finish_text(), "stop"
        else:
            text, stopped = self._stops.add(self._text.add(drawn.id))
            if stopped:
                self.finish_reason = "stop"
            elif self._is_full():
                text, self.finish_reason = text + self._finish_text(), "length"
        return [self._event(drawn, text, forced=False, span="text")]

    def _take_in_call(self, drawn: Drawn, ended: Fence | None, *, begins: bool) -> list[TokenEvent]:
        """``take`` from a call's start token to its end token. Stop strings are for the text."""
        events, tool = [], ""
        if begins:  # what was held back stands before the call
            assert self._state.open is not None
            tool, held = self._state.open.tool, self._finish_text()
            if held:
                events.append(self._tokenless(held))
        text = self._text.add(drawn.id)
        if ended is not None or self._is_full():
            text += self._text.finish()
        if self._is_full():
            self.finish_reason = "length"
        elif ended is not None:
            self.ended_call = self._call(ended)
            if ended.handed_over:
                self.finish_reason = "tool_call"
            else:
                self.paused = True
        return [*events, self._event(drawn, text, forced=False, span="call", tool=tool)]

    def _call(self, fence: Fence) -> Call:
        number = self._state.n_ended - 1
        begins = len(self.request.prompt_ids) - self.request.n_said + self._state.begins
        return Call(
            request=self.request_id,
            row=self.sample,
            number=number,
            fence=fence,
            ids=tuple(self.ids[begins:-1]),
            room=self._max_seq_len - len(self.ids),
            within_budget=number < self.request.calls.max_calls,
        )

    @property
    def banned(self) -> frozenset[int]:
        """Ids that must not be drawn next; another object whenever they change."""
        return self._state.banned

    def force(self, ids: Sequence[int]) -> list[TokenEvent]:
        """Append tokens that nobody drew, to be read in one pass, and let the row go on.

        Their text is reported but not searched for stop strings: it is not the model's.
        """
        self.paused = False
        self.n_forced += len(ids)
        text = Detokenizer(self._tokenizer)
        events = []
        for token in ids:
            self.ids.append(token)
            self._state.see(token)
            piece = text.add(token)
            events.append(self._event(given(token), piece, forced=True, span="output"))
        if self._is_full():
            events.append(self._end("length"))
        return events

    def echo(self, prompt: Sequence[Drawn]) -> list[TokenEvent]:
        """Report the prompt's tokens; their text is cut at tokens, not held back."""
        text = Detokenizer(self._tokenizer)
        return [
            self._event(drawn, text.add(drawn.id), forced=True, span="prompt") for drawn in prompt
        ]

    def cancel(self) -> TokenEvent:
        """End the row between two tokens, giving out what was held back."""
        return self._end("cancelled")

    def out_of_room(self) -> TokenEvent:
        """End a paused row that has no room for what it waits for."""
        self.paused = False
        return self._end("length")

    def _end(self, reason: FinishReason) -> TokenEvent:
        text, self.finish_reason = self._finish_text(), reason
        return self._tokenless(text)

    def _tokenless(self, text: str) -> TokenEvent:
        return TokenEvent(
            self.request_id, self.sample, NO_TOKEN, text, 0.0, (), 0.0, 0, False, "text",
            self.finish_reason,
        )  # fmt: skip

    def _is_full(self) -> bool:
        # The last token of a full context may still be drawn, as drawing it reads only the others.
        return self.n_drawn >= self.request.params.max_tokens or len(self.ids) > self._max_seq_len

    def _finish_text(self) -> str:
        text, stopped = self._stops.add(self._text.finish())
        return text if stopped else text + self._stops.finish()

    def _event(
        self, drawn: Drawn, text: str, *, forced: bool, span: Span, tool: str = ""
    ) -> TokenEvent:
        alternatives = tuple(
            Alternative(token, token_text(self._tokenizer, token), logprob)
            for token, logprob in drawn.alternatives
        )
        return TokenEvent(
            self.request_id, self.sample, drawn.id, text, drawn.logprob, alternatives,
            drawn.entropy, drawn.rank, forced, span, self.finish_reason, tool,
        )  # fmt: skip


def rows_of(
    request_id: int, request: Request, max_seq_len: int, tokenizer: TokenBytes
) -> list[Row]:
    """Make the rows of a request, which share its seed."""
    seed = request.params.seed
    if seed is None:
        seed = secrets.randbits(64)
    return [
        Row(request_id, sample, request, seed, max_seq_len, tokenizer)
        for sample in range(request.n)
    ]
