"""Bodies of OpenAI's API, decoded and turned into wishes to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine import wire
from engine.errors import RequestError
from engine.protocol import MAX_ROWS, GenerateRequest, Message
from engine.request import Priority
from engine.sampling_params import MAX_ALTERNATIVES, SamplingParams
from engine.server.openai.neutral import (
    CHAT,
    COMPLETION,
    MESSAGE,
    STREAM_OPTIONS,
    without_neutral,
)

COMPLETION_TOKENS = 16
"""OpenAI's own default of ``max_tokens`` for completions."""

CHAT_TOKENS = 1024
"""Default for chats. OpenAI's is "until the context is full", but room for key/value memory is set
aside for what a request may come to need, and others would wait for it."""

Prompt = str | tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a body asks for.

    Attributes:
        requests: one a prompt; their samples are the choices, in order.
        logprobs: whether to report them.
        stream: as events, or whole.
        include_usage: whether a stream ends in its token counts.
        scores_only: the prompt is to be read and reported, and nothing after it.
    """

    requests: tuple[GenerateRequest, ...]
    logprobs: bool
    stream: bool
    include_usage: bool
    scores_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _StreamOptions:
    include_usage: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Body:
    """What both kinds of bodies may say; the last five are not OpenAI's."""

    model: str
    max_tokens: int | None = None
    n: int = 1
    seed: int | None = None
    stop: tuple[str, ...] = ()
    stream: bool = False
    stream_options: _StreamOptions | None = None
    temperature: float = 1.0
    top_p: float = 1.0
    min_p: float = 0.0
    priority: Priority = "interactive"
    repetition_penalty: float = 1.0
    speculate: int = 0
    top_k: int = 0

    def __post_init__(self) -> None:
        if self.stream_options is not None and not self.stream:
            raise RequestError(
                "stream_options is for streams. Set stream to true or leave it out.",
                param="stream_options",
            )

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends in its token counts."""
        return self.stream_options is not None and self.stream_options.include_usage

    def sampling(self, max_tokens: int, n_alternatives: int) -> SamplingParams:
        """How to draw."""
        return SamplingParams(
            repetition_penalty=self.repetition_penalty,
            temperature=self.temperature,
            top_k=self.top_k,
            top_p=self.top_p,
            min_p=self.min_p,
            seed=self.seed,
            max_tokens=max_tokens,
            stop=self.stop,
            n_alternatives=n_alternatives,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _CompletionBody(_Body):
    echo: bool = False
    logprobs: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _ChatBody(_Body):
    messages: tuple[Message, ...]
    logprobs: bool = False
    max_completion_tokens: int | None = None
    top_logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class _Texts:
    prompt: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ids:
    prompt: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _ManyIds:
    prompt: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _TextPart:
    type: Literal["text"]
    text: str


def completion_wish(value: object) -> Wish:
    """What a body of ``/v1/completions`` asks for.

    Raises:
        RequestError: it is not one, or asks for what this engine cannot do.
    """
    rest = _tidy(value)
    best_of, n = rest.get("best_of"), rest.get("n")
    if best_of is not None and best_of == n:  # all that are drawn are returned
        del rest["best_of"]
    rest = without_neutral(rest, COMPLETION)
    prompts = _prompts(rest.pop("prompt", None))
    body = wire.decode(_CompletionBody, rest)
    wanted = COMPLETION_TOKENS if body.max_tokens is None else body.max_tokens
    params = body.sampling(wanted or 1, _n_alternatives("logprobs", body.logprobs))
    if len(prompts) * body.n > MAX_ROWS:
        raise RequestError(
            f"{len(prompts)} prompts with n = {body.n} are {len(prompts) * body.n} choices, but "
            f"one request may ask for {MAX_ROWS}. Send several requests.",
            param="prompt",
        )
    requests = [
        GenerateRequest(
            model=body.model,
            prompt=prompt if isinstance(prompt, str) else None,
            prompt_ids=None if isinstance(prompt, str) else prompt,
            params=params,
            n=body.n,
            echo=body.echo,
            priority=body.priority,
            speculate=body.speculate,
        )
        for prompt in prompts
    ]
    return Wish(
        requests=tuple(requests),
        logprobs=body.logprobs is not None,
        stream=body.stream,
        include_usage=body.include_usage,
        scores_only=wanted == 0,
    )


def chat_wish(value: object) -> Wish:
    """What a body of ``/v1/chat/completions`` asks for.

    Raises:
        RequestError: it is not one, or asks for what this engine cannot do.
    """
    rest = without_neutral(_tidy(value), CHAT)
    messages = rest.get("messages")
    if isinstance(messages, list):
        rest["messages"] = [_message(each, f"messages[{i}]") for i, each in enumerate(messages)]
    body = wire.decode(_ChatBody, rest)
    if body.top_logprobs is not None and not body.logprobs:
        raise RequestError(
            "top_logprobs is given without logprobs. Set logprobs to true or leave both out.",
            param="top_logprobs",
        )
    wanted = body.max_completion_tokens
    if wanted is None:
        wanted = CHAT_TOKENS if body.max_tokens is None else body.max_tokens
    request = GenerateRequest(
        model=body.model,
        messages=body.messages,
        params=body.sampling(wanted, _n_alternatives("top_logprobs", body.top_logprobs)),
        n=body.n,
        priority=body.priority,
        speculate=body.speculate,
    )
    return Wish(
        requests=(request,),
        logprobs=body.logprobs,
        stream=body.stream,
        include_usage=body.include_usage,
    )


def _tidy(value: object) -> dict[str, Any]:
    """The body with the fields that have several forms brought into one."""
    if not isinstance(value, dict):
        raise RequestError("The body must be a JSON object. Send one.")
    body = dict(value)
    if isinstance(body.get("stop"), str):
        body["stop"] = [body["stop"]]
    if isinstance(body.get("stream_options"), dict):
        body["stream_options"] = without_neutral(
            body["stream_options"], STREAM_OPTIONS, "stream_options"
        )
    return body


def _prompts(value: object) -> Sequence[Prompt]:
    """The prompts in any of their four forms: a text, ids, or a list of either."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not value:
        raise RequestError(
            "prompt must be a text, a list of token ids, or a list of either, and hold something. "
            "Give one.",
            param="prompt",
        )
    if isinstance(value[0], int):
        return [wire.decode(_Ids, {"prompt": value}).prompt]
    if isinstance(value[0], list):
        return wire.decode(_ManyIds, {"prompt": value}).prompt
    return wire.decode(_Texts, {"prompt": value}).prompt


def _message(value: object, where: str) -> object:
    """One message with its content as one text; what is wrong with it otherwise comes out later."""
    if not isinstance(value, dict):
        return value
    message = without_neutral(value, MESSAGE, where)
    if message.get("role") == "developer":  # OpenAI's newer word for it
        message["role"] = "system"
    content = message.get("content")
    if isinstance(content, list):
        parts = [_part(part, f"{where}.content[{i}]") for i, part in enumerate(content)]
        message["content"] = "".join(parts)
    return message


def _part(value: object, where: str) -> str:
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind != "text":
        raise RequestError(
            f"{where} is of type {kind[:40]!a}, but this engine reads text only. Leave it out.",
            param=where,
        )
    return wire.decode(_TextPart, value, where).text


def _n_alternatives(name: str, value: int | None) -> int:
    if value is not None and not 0 <= value <= MAX_ALTERNATIVES:
        raise RequestError(
            f"{name} = {value}, but 0 to {MAX_ALTERNATIVES} alternatives can be reported. "
            f"Change {name}.",
            param=name,
        )
    return value or 0
