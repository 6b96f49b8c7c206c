"""What the terminal and the engine say to each other: records, their JSON, their errors. No torch.

``POST /lab/generate`` takes a :class:`GenerateRequest` and answers with server-sent events, each
``data: {"type": ...}`` and one JSON object: one ``started``, then ``token`` events of all rows as
they come, and a ``finished`` for each row. A stream is whole when ``n`` rows have finished; it may
instead end in one ``error``. A line beginning with ``:`` only says that the engine still lives.
Where tools are offered, a call is a ``tool_called`` behind the token that ends it, then the tokens
of the output (``forced``, span ``output``) and a ``tool_returned``.
``GET /lab/health`` answers with :class:`Health`. Errors are ``{"error": {"type", "message"}}``.
``/lab/tools`` and ``/lab/tool`` are in :mod:`engine.tool_protocol`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from engine import errors, wire
from engine.errors import LabError, PromptTooLongError, RequestError
from engine.events import FinishReason, TokenEvent, ToolCalled, ToolReturned
from engine.request import Priority
from engine.sampling_params import SamplingParams

Role = Literal["system", "user", "assistant"]

MAX_ROWS = 64
"""Most samples one request may ask for."""

MAX_BODY_BYTES = 1 << 20
"""Longest request body the engine reads."""

MAX_PROMPT_CHARS = 500_000
"""Longest text the engine turns to tokens: more than any model here reads. (Beyond 700,000 blanks
in a row, tiktoken's regular expressions end in a panic instead of tokens.)"""

MAX_CALLS = 32
"""Most tool calls of one turn that a request may allow."""

MAX_STOPS = 16
MAX_STOP_CHARS = 1000
"""Bounds on stop strings, which are looked for at every token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a conversation.

    ``ids`` are an assistant's turn just as it was generated, tool calls and their outputs and all,
    between the token that opens the turn and the one that ends it; ``content`` is then empty. Only
    so does the model read again what it said: a text may be encoded in another way.

    Raises:
        RequestError: ids of another role's turn, beside a text, or negative ones.
    """

    role: Role
    content: str
    ids: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.ids is None:
            return
        if self.role != "assistant" or self.content:
            raise RequestError(
                f"A message of the role {self.role} has ids{' and a text' * bool(self.content)}. "
                "Give ids for an assistant's message only, with an empty content.",
                param="messages",
            )
        if any(token < 0 for token in self.ids):
            raise RequestError("A token id is a negative number. Give ids of the vocabulary.")


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerateRequest:
    """A wish for text: a raw prompt to go on from, its ids, or a conversation to answer.

    ``prompt_ids`` are read as they are, with nothing put before them. ``continue_ids`` are tokens
    of the answer that are already fixed ("go on from here with another token"): the model reads
    them after the prompt, and no events are sent for them. ``echo`` asks for an event for each
    token of the prompt as well; every row gets them, before its own tokens.

    ``tools`` are offered to the model, in a system turn of their own before all others, and its
    calls run, at most ``max_calls`` a turn. The calls of those in ``approve`` do not: the row ends
    with ``tool_call``, and whoever asked goes on with another request, whose ``continue_ids`` are
    all ids of the turn so far, call and output included (see ``engine.tool_protocol``).

    Raises:
        RequestError: not exactly one of the three prompts, an empty conversation, ``n`` out of
            bounds, too many stop strings, tools without a conversation.
        PromptTooLongError: more text than the engine turns to tokens.
    """

    model: str
    prompt: str | None = None
    messages: tuple[Message, ...] | None = None
    prompt_ids: tuple[int, ...] | None = None
    continue_ids: tuple[int, ...] = ()
    params: SamplingParams = field(default_factory=SamplingParams)
    n: int = 1
    echo: bool = False
    priority: Priority = "interactive"
    speculate: int = 0
    tools: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()
    max_calls: int = 4

    def __post_init__(self) -> None:
        given = [name for name in _PROMPTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise RequestError(
                "A request needs exactly one of prompt, messages and prompt_ids, and this one has "
                f"{' and '.join(given) or 'none'}. Give one of them."
            )
        if self.messages is not None and not self.messages:
            raise RequestError("messages is empty. Give at least one message.", param="messages")
        if not 1 <= self.n <= MAX_ROWS:
            raise RequestError(f"n is {self.n}, but must be between 1 and {MAX_ROWS}.", param="n")
        if any(token < 0 for token in (*(self.prompt_ids or ()), *self.continue_ids)):
            raise RequestError("A token id is a negative number. Give ids of the vocabulary.")
        self._check_sizes()
        self._check_tools()

    @property
    def n_chars(self) -> int:
        """Characters of text that have to be turned to tokens."""
        contents = sum(len(message.content) for message in self.messages or ())
        return len(self.prompt or "") + contents

    @property
    def n_ids(self) -> int:
        """Ids that were given as such."""
        of_turns = sum(len(message.ids or ()) for message in self.messages or ())
        return len(self.prompt_ids or ()) + of_turns

    def _check_sizes(self) -> None:
        if self.n_chars > MAX_PROMPT_CHARS:
            raise PromptTooLongError(
                f"The prompt has {self.n_chars:,} characters, but the engine reads at most "
                f"{MAX_PROMPT_CHARS:,}. Shorten the prompt."
            )
        stop = self.params.stop
        if len(stop) > MAX_STOPS or sum(map(len, stop)) > MAX_STOP_CHARS:
            raise RequestError(
                f"stop holds {len(stop)} strings of {sum(map(len, stop)):,} characters, but may "
                f"hold {MAX_STOPS} of {MAX_STOP_CHARS:,} together. Give fewer or shorter ones.",
                param="stop",
            )

    def _check_tools(self) -> None:
        if self.tools and self.messages is None:
            raise RequestError(
                "tools are offered, but only a conversation can call them. Give messages.",
                param="tools",
            )
        if len(set(self.tools)) < len(self.tools):
            raise RequestError("tools names one tool twice. Name each once.", param="tools")
        for name in self.approve:
            if name not in self.tools:
                raise RequestError(
                    f"approve names {name[:80]!a}, which is not among tools. Offer it or leave it "
                    "out.",
                    param="approve",
                )
        if not 0 <= self.max_calls <= MAX_CALLS:
            raise RequestError(
                f"max_calls is {self.max_calls}, but must be between 0 and {MAX_CALLS}.",
                param="max_calls",
            )


_PROMPTS = ("prompt", "messages", "prompt_ids")


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """The prompt as the model saw it; ``prompt_tokens`` is the display text of each id."""

    model: str
    prompt_ids: tuple[int, ...]
    prompt_tokens: tuple[str, ...]
    max_seq_len: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """A row has ended.

    ``n_tokens`` counts the tokens it drew. ``ttft_s`` runs from the request's arrival in the engine
    to the row's first drawn token; ``tokens_per_s`` is the pace after that first token (0 when
    there was no second one).
    """

    row: int
    reason: FinishReason
    n_tokens: int
    ttft_s: float
    tokens_per_s: float


StreamEvent = Started | TokenEvent | ToolCalled | ToolReturned | Finished


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How the engine does; ``loaded`` names the checkpoints in memory, last used last."""

    pid: int
    version: str
    device: str
    torch_version: str
    threads: int
    memory_bytes: int
    loaded: tuple[str, ...]
    active_requests: int
    uptime_s: float


EngineState = Literal["down", "starting", "ready", "lost"]


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The client's view of the engine; ``restarts`` counts starts after it had been lost."""

    state: EngineState
    detail: str = ""
    restarts: int = 0


_EVENT_TYPES: dict[str, type[Any]] = {
    "started": Started,
    "token": TokenEvent,
    "tool_called": ToolCalled,
    "tool_returned": ToolReturned,
    "finished": Finished,
}
_TYPE_NAMES = {kind: name for name, kind in _EVENT_TYPES.items()}


def encode_event(event: StreamEvent | LabError) -> bytes:
    """One server-sent event.

    Raises:
        ValueError: a number in the event is NaN or infinite.
    """
    if isinstance(event, LabError):
        body = {"type": "error", **error_to_json(event)}
    else:
        body = {"type": _TYPE_NAMES[type(event)], **wire.fields_of(event)}
    return f"data: {wire.dumps(body)}\n\n".encode()


def decode_event(data: str | bytes) -> StreamEvent | LabError:
    """The event of one ``data:`` field; an engine's error comes back as the error it was.

    Raises:
        RequestError: this is no event of the protocol.
    """
    value = wire.loads(data)
    if not isinstance(value, dict):
        raise RequestError("A stream event must be a JSON object.")
    name = value.pop("type", None)
    if name == "error":
        return error_from_json(value)
    if not isinstance(name, str) or name not in _EVENT_TYPES:
        raise RequestError(f"A stream event has the unknown type {name!a}.")
    event: StreamEvent = wire.decode(_EVENT_TYPES[name], value)
    return event


def error_to_json(error: LabError) -> dict[str, Any]:
    """``{"error": {"type", "message"}}``."""
    return {"error": {"type": type(error).__name__, "message": str(error)}}


def error_from_json(value: object) -> LabError:
    """Rebuild the error that ``error_to_json`` wrote; an unknown type becomes a ``LabError``."""
    body = value.get("error") if isinstance(value, dict) else None
    if not isinstance(body, dict):
        return LabError(f"The engine answered something unexpected: {str(value)[:200]}")
    kind = _ERROR_TYPES.get(str(body.get("type")), LabError)
    return kind(str(body.get("message")))


def _family(kind: type[LabError]) -> Iterator[type[LabError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


# The family is complete once engine.errors is imported: it is defined there and nowhere else.
_ERROR_TYPES = {kind.__name__: kind for kind in _family(errors.LabError)}
