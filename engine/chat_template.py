"""The Jinja template by which an imported model's conversations are written out.

A template is a program of strangers and a message is text of strangers. The program runs in
``engine.template_sandbox``. The text is marked before it goes in: a marker, new each time, stands
inside everything in it that reads like an added token and at both of its ends, so whatever reads
like one in the output was written by the template. That is split off as structure, and the markers
are taken out again.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.conversation import Turn
from engine.errors import CheckpointError, RequestError
from engine.tokenizer_imported import AddedToken

MAX_TEMPLATE_CHARS = 1 << 17
"""The longest published ones have some 20,000 characters."""


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
        from engine.template_sandbox import compile_template  # Jinja: not without a template.

        try:
            self._template = compile_template(source)
        except Exception as error:  # whichever it is: the template is no program
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

    def render(self, turns: Iterable[Turn], *, opens_answer: bool = True) -> list[Piece]:
        """Write a conversation down.

        Args:
            turns: of it.
            opens_answer: whether to go on to where the assistant's next turn begins.

        Raises:
            RequestError: the template refuses it, fails, or writes without end.
        """
        from engine.template_sandbox import run_template

        marker = _new_marker()
        messages = [self._message(turn, marker) for turn in turns]
        values = {
            **self._names, "messages": messages, "add_generation_prompt": opens_answer,
            "tools": None, "documents": None,
        }  # fmt: skip
        try:
            text = run_template(self._template, values)
        # A program can fail in any way: whichever it is, it is the template's mistake, not ours.
        except Exception as error:
            raise RequestError(
                f"The chat template in {self._where} does not take this conversation: "
                f"{str(error).replace(marker, '')[:300]}. "
                "Change the roles or the order of the messages."
            ) from error
        return self._split(text, marker)

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
