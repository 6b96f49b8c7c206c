"""The Jinja template by which an imported model's conversations are written out.

A template is a program of strangers and a message is text of strangers. The program runs in
Jinja's sandbox, without files, imports or attributes beginning with ``_``, and within bounds. The
text is marked before it goes in: a marker, new each time, stands inside everything in it that
reads like an added token and at both of its ends, so whatever reads like one in the output was
written by the template. That is split off as structure, and the markers are taken out again.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.conversation import Turn
from engine.errors import CheckpointError, RequestError
from engine.tokenizer_imported import AddedToken

MAX_TEMPLATE_CHARS = 1 << 17
"""The longest published ones have some 20,000 characters."""

MAX_OUTPUT_CHARS = 1 << 23
MAX_LOOP = 1 << 14
"""Longest ``range`` of a template."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of rendered text, or an added token that the template put there."""

    text: str
    token: int | None = None


class ChatTemplate:
    """One model's way of writing conversations down.

    Args:
        source: the Jinja program.
        names: what it may call special tokens by (``bos_token`` ...), with their texts.
        added: the tokenizer's added tokens.
        where: the file, for errors.

    Raises:
        CheckpointError: too long, or not Jinja.
    """

    def __init__(
        self, source: str, names: Mapping[str, str], added: Sequence[AddedToken], where: str
    ) -> None:
        if len(source) > MAX_TEMPLATE_CHARS:
            raise CheckpointError(
                f"The chat template in {where} has {len(source):,} characters, but at most "
                f"{MAX_TEMPLATE_CHARS:,} are read. Choose another model."
            )
        try:
            self._template = _ENVIRONMENT.from_string(source)
        except (TemplateError, RecursionError) as error:
            raise CheckpointError(
                f"The chat template in {where} cannot be read ({error}). "
                "Mend it, or import the model again from a source without it."
            ) from error
        self._names = names
        self._where = where
        self._splits_thoughts = "reasoning_content" in source
        self._tokens = {token.name: token for token in added}
        # The longest first: a regular expression takes the first alternative that fits.
        by_length = sorted(self._tokens, key=len, reverse=True)
        self._added = re.compile("|".join(map(re.escape, by_length))) if by_length else None

    def render(self, turns: Iterable[Turn]) -> list[Piece]:
        """Write a conversation down, up to where the assistant's next turn begins.

        Raises:
            RequestError: the template refuses it, fails, or writes without end.
        """
        marker = _new_marker()
        messages = [self._message(turn, marker) for turn in turns]
        written: list[str] = []
        n_chars = 0
        try:
            for part in self._template.generate(
                **self._names, messages=messages, add_generation_prompt=True, tools=None,
                documents=None,
            ):  # fmt: skip
                written.append(part)
                n_chars += len(part)
                if n_chars > MAX_OUTPUT_CHARS:
                    raise SecurityError(f"it writes more than {MAX_OUTPUT_CHARS:,} characters")
        # A program can fail in any way: whichever it is, it is the template's mistake, not ours.
        except Exception as error:
            raise RequestError(
                f"The chat template in {self._where} does not take this conversation: "
                f"{str(error).replace(marker, '')[:300]}. "
                "Change the roles or the order of the messages."
            ) from error
        return self._split("".join(written), marker)

    def _message(self, turn: Turn, marker: str) -> dict[str, str]:
        text = "".join(part.text for part in turn.parts)
        message = {"role": turn.role, "content": self._mark(text, marker)}
        if turn.role == "assistant" and self._splits_thoughts and "</think>" in text:
            # The template would look for the tag, which it must not find in marked text.
            thought, _, answer = text.rpartition("</think>")
            thought = thought.rpartition("<think>")[2].strip("\n")
            message["reasoning_content"] = self._mark(thought, marker)
            message["content"] = self._mark(answer.lstrip("\n"), marker)
        return message

    def _mark(self, text: str, marker: str) -> str:
        body = text.strip()
        if not body:
            return text
        if self._added is not None:
            body = self._added.sub(lambda found: _broken(found.group(), marker), body)
        # White space stays outermost: templates strip it.
        start = len(text) - len(text.lstrip())
        end = len(text.rstrip())
        return text[:start] + marker + body + marker + text[end:]

    def _split(self, text: str, marker: str) -> list[Piece]:
        pieces: list[Piece] = []
        at, strips = 0, False
        found = [] if self._added is None else list(self._added.finditer(text))
        for match in found:
            token = self._tokens[match.group()]
            pieces.append(_plain(text[at : match.start()], marker, strips, token.lstrip))
            pieces.append(Piece(token.name, token.id))
            at, strips = match.end(), token.rstrip
        pieces.append(_plain(text[at:], marker, strips, False))
        return [piece for piece in pieces if piece.text]


def _broken(name: str, marker: str) -> str:
    """Cut between all letters: no token is left whole that stands inside or overlaps this one."""
    if len(name) == 1:
        raise RequestError(
            f"A message holds {name!r}, which this model keeps for structure. Leave it out."
        )
    return marker.join(name) + marker


def _new_marker() -> str:
    """Letters for private use, in an order that nobody can have foreseen."""
    return "".join(chr(0xE000 + secrets.randbelow(0x1000)) for _ in range(10))


def _plain(text: str, marker: str, strip_start: bool, strip_end: bool) -> Piece:
    text = text.replace(marker, "")
    if strip_start:
        text = text.lstrip()
    return Piece(text.rstrip() if strip_end else text)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with the operators that make much out of little held back."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute ``left operator right`` for numbers only."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not numbers:
            raise SecurityError(f"{type(left).__name__} {operator} {type(right).__name__}")
        return super().call_binop(context, operator, left, right)


class _Generation(Extension):
    """``{% generation %}`` marks what a loss would count: here its content is simply written."""

    tags = {"generation"}  # noqa: RUF012 - Jinja's own way to name them

    def parse(self, parser: Parser) -> nodes.Node:
        """Read up to ``{% endgeneration %}``."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _strftime_now(form: str) -> str:
    return datetime.now().strftime(form)


def _bounded_range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_LOOP:
        raise SecurityError(f"it counts to more than {MAX_LOOP:,}")
    return found


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # Jinja's own filter escapes < and >, which the models have not been trained on.
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _environment() -> _Sandbox:
    environment = _Sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation]
    )
    environment.filters["tojson"] = _to_json
    functions: dict[str, Callable[..., Any]] = {
        "raise_exception": _raise_exception,
        "strftime_now": _strftime_now,
        "range": _bounded_range,
    }
    environment.globals.update(functions)
    return environment


_ENVIRONMENT = _environment()
