"""Tool calls within an answer: which ids open and end one, and what may be drawn when. No torch.

An answer is text and calls. A call is the start token of a tool that was offered, text, and the end
token of the same tool; its output, in two tokens of its own, is never the model's. What would break
that is not drawn at all, as the sampler leaves it out (``CallState.banned``):

- structure that is nobody's to draw: the tokens around outputs and turns, and tools not offered;
- an end token without an open call, and a second call or the end of the turn within one;
- a call beyond those that the turn may make, once the model has read that there are no more.

So an answer cannot fake an output, and text, being ordinary tokens, cannot open or end anything.
A call runs on one event only: its own end token was *drawn* while it was open. Ids that were given
(a prompt, ``continue_ids``, an output) move the state and never run a call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.detokenize import TokenBytes
from tools.result import ToolResult

MAX_OUTPUT_TOKENS = 192
"""Of a tool's output, without its two tokens; the rest is cut."""

NO_MORE_CALLS = ToolResult(kind="limit", error="no more calls in this turn")
"""What a call beyond the budget of its turn is answered with. After it the turn goes on without."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A tool's two tokens in a model's vocabulary."""

    tool: str
    start: int
    end: int
    handed_over: bool = False
    """Whether a call ends the row, for somebody else to answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRules:
    """What an answer may hold beside text; by default anything, and nothing in it is a call."""

    fences: tuple[Fence, ...] = ()
    output: tuple[int, int] | None = None
    """The tokens around a tool's output."""
    never: frozenset[int] = frozenset()
    """Ids that are not drawn anywhere in the answer."""
    max_calls: int = 0
    """Calls that run in one turn; the next one is answered with ``NO_MORE_CALLS``."""

    @property
    def max_forced(self) -> int:
        """Tokens that may come to be appended to one answer."""
        if not self.fences:
            return 0
        return (self.max_calls + 1) * (MAX_OUTPUT_TOKENS + 2)


NO_RULES = CallRules()


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a row has just ended."""

    request: int
    row: int
    number: int
    """Which call of its turn, from 0."""
    fence: Fence
    ids: tuple[int, ...]
    """Between the two tokens."""
    room: int
    """Tokens that may still be appended to the row."""
    within_budget: bool
    """Whether it may run, or is to be answered with ``NO_MORE_CALLS``."""

    def text(self, tokenizer: TokenBytes) -> str:
        """What is asked of the tool: the ids as ordinary text, without the space that all begin
        with (see ``engine.conversation``)."""
        said = b"".join(map(tokenizer.token_bytes, self.ids)).decode("utf-8", "replace")
        return said.removeprefix(" ")


class CallState:
    """The calls of one answer so far.

    Args:
        rules: what it may hold.
        turn_ends: ids that end the answer, which they do not within a call.
        said: ids of the answer that were there already.
    """

    __slots__ = ("_ends", "_in_output", "_n_seen", "_rules", "_starts", "_turn_ends", "banned",
                 "begins", "n_ended", "open")  # fmt: skip

    def __init__(
        self, rules: CallRules, turn_ends: frozenset[int], said: Sequence[int] = ()
    ) -> None:
        self._rules = rules
        self._turn_ends = turn_ends
        self._starts = {fence.start: fence for fence in rules.fences}
        self._ends = frozenset(fence.end for fence in rules.fences)
        self._in_output = False
        self._n_seen = 0
        self.open: Fence | None = None
        """Of the call that has begun and not ended."""
        self.begins = 0
        """Where in the answer the text of the call begins that is open, or was last."""
        self.n_ended = 0
        """Calls that have ended."""
        self.banned = self._banned()
        """Ids that must not be drawn next; another object whenever they change."""
        for token in said:
            self.see(token)

    def see(self, token: int) -> Fence | None:
        """Take the answer's next id, drawn or given; the fence of the call that it ends, if any."""
        before, ended, output = self.open, None, self._rules.output
        self._n_seen += 1
        if self._in_output:
            self._in_output = output is not None and token != output[1]
        elif before is not None:
            if token == before.end:
                ended, self.open = before, None
                self.n_ended += 1
        elif token in self._starts:
            self.open, self.begins = self._starts[token], self._n_seen
        elif output is not None and token == output[0]:
            self._in_output = True
        if self.open is not before:
            self.banned = self._banned()
        return ended

    def _banned(self) -> frozenset[int]:
        rules = self._rules
        if self.open is not None:
            others = self._ends - {self.open.end}
            return rules.never.union(self._starts, others, self._turn_ends)
        if self.n_ended > rules.max_calls:
            return rules.never.union(self._ends, self._starts)
        return rules.never | self._ends
