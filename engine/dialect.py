"""How a model wants to be spoken to: conversations and documents to ids, and the ids that end them.

A model of this lab speaks the protocol of ``engine.conversation``; an imported one has a chat
template and a tokenizer of its own. Both are a ``Dialect``, and nothing else in the lab asks which.
Imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from engine import conversation, special
from engine.calls import MAX_OUTPUT_TOKENS, NO_RULES, CallRules, Fence
from engine.chat_template import ChatTemplate
from engine.conversation import Turn
from engine.errors import RequestError
from engine.hf_chat import read_chat_files
from engine.manifest import CheckpointInfo
from engine.tokenizer import Tokenizer, load_tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.tool_prompt import tools_line
from tools.tool import Tool


class Dialect(Protocol):
    """One model's language."""

    @property
    def tokenizer(self) -> AnyTokenizer:
        """Of the model."""
        ...

    @property
    def chats(self) -> bool:
        """Whether it was trained on conversations; others only continue documents."""
        ...

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools that it has learned to call."""
        ...

    @property
    def answer_prefix(self) -> str:
        """What a rendered answer begins with that its reader did not ask for."""
        ...

    def render_chat(
        self,
        turns: Iterable[Turn],
        continue_ids: Sequence[int] = (),
        tools: Iterable[str] = (),
    ) -> list[int]:
        """The prompt for the assistant's next turn, of which ``continue_ids`` are said already.

        ``tools`` are the names of those that are offered.

        Raises:
            RequestError: the model does not take such a conversation.
        """
        ...

    def answer_rules(
        self, offered: Iterable[Tool] = (), approve: Iterable[str] = (), max_calls: int = 0
    ) -> CallRules:
        """What the assistant's next turn may hold beside text.

        Args:
            offered: tools that it may call.
            approve: names of those whose calls end the row.
            max_calls: calls that run in one turn.

        Raises:
            RequestError: the model has not learned to call one of them.
        """
        ...

    def encode_call(self, tool: Tool, text: str) -> list[int]:
        """A call as the model would have drawn it; ``engine.calls.Call.text`` gives it back.

        Raises:
            RequestError: its vocabulary has no tokens for such a call.
        """
        ...

    def encode_output(self, text: str, room: int = MAX_OUTPUT_TOKENS + 2) -> list[int]:
        """A tool's output as the model reads it, cut behind a token where it is too long.

        Args:
            text: ordinary text, whatever it says.
            room: tokens that fit.

        Returns:
            The ids; none if there is not even room for the two tokens around the text.

        Raises:
            RequestError: its vocabulary has no tokens for outputs.
        """
        ...

    def render_completion(self, text: str, continue_ids: Sequence[int] = ()) -> list[int]:
        """The prompt for a document that begins with ``text``."""
        ...

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """Ids that end a row: of the assistant's turn, or of the document."""
        ...


class LabDialect:
    """The lab's own protocol."""

    answer_prefix = " "

    def __init__(self, tokenizer: Tokenizer, *, chats: bool, tools: tuple[str, ...] = ()) -> None:
        self.tokenizer = tokenizer
        self.chats = chats
        self.tools = tools

    def render_chat(
        self,
        turns: Iterable[Turn],
        continue_ids: Sequence[int] = (),
        tools: Iterable[str] = (),
    ) -> list[int]:
        """See ``engine.conversation.render_chat``. The tools stand in a turn before all others."""
        names, turns = tuple(tools), list(turns)
        for turn in turns:
            self._check_generated(turn.ids or ())
        offer = [Turn.of("system", tools_line(names))] if names else []
        return conversation.render_chat(self.tokenizer, [*offer, *turns], continue_ids)

    def _check_generated(self, ids: Iterable[int]) -> None:
        for token in ids:
            name = self.tokenizer.special_names.get(token)
            if name in conversation.TURN_TOKENS:
                raise RequestError(
                    f"The ids of a message hold {name}, which stands around turns and in none. "
                    "Leave it out.",
                    param="messages",
                )

    def answer_rules(
        self, offered: Iterable[Tool] = (), approve: Iterable[str] = (), max_calls: int = 0
    ) -> CallRules:
        """Text, the end of the turn, and calls of what is offered: no other structure is drawn."""
        ids, handed_over = self.tokenizer.special, frozenset(approve)
        fences = []
        for tool in offered:
            if tool.name not in self.tools:
                raise _not_learned(tool.name, self.tools)
            start, end = self._fence(tool)
            fences.append(Fence(tool.name, start, end, tool.name in handed_over))
        drawable = {token for fence in fences for token in (fence.start, fence.end)}
        return CallRules(
            fences=tuple(fences),
            output=(ids[special.OUTPUT_START], ids[special.OUTPUT_END]),
            never=frozenset(ids.values()) - drawable - self.stop_ids(chat=True),
            max_calls=max_calls,
        )

    def encode_call(self, tool: Tool, text: str) -> list[int]:
        """The text as ordinary tokens, whatever it says, between the tool's two tokens."""
        start, end = self._fence(tool)
        return [start, *self.tokenizer.encode(" " + text), end]

    def encode_output(self, text: str, room: int = MAX_OUTPUT_TOKENS + 2) -> list[int]:
        """The text as ordinary tokens, whatever it says, between the tokens of an output."""
        if room < 2:
            return []
        start, end = (self.tokenizer.special[n] for n in (special.OUTPUT_START, special.OUTPUT_END))
        most = min(MAX_OUTPUT_TOKENS, room - 2)
        return [start, *self.tokenizer.encode(" " + text)[:most], end]

    def _fence(self, tool: Tool) -> tuple[int, int]:
        ids = self.tokenizer.special
        if not {tool.start, tool.end} <= ids.keys():
            raise RequestError(
                f"This model's vocabulary has no tokens {tool.start} and {tool.end}, with which "
                f"{tool.name[:80]!a} is called. Choose another model.",
                param="tools",
            )
        return ids[tool.start], ids[tool.end]

    def render_completion(self, text: str, continue_ids: Sequence[int] = ()) -> list[int]:
        """See ``engine.conversation.render_completion``."""
        return conversation.render_completion(self.tokenizer, text, continue_ids)

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """The end of the assistant's turn, or the beginning of the next document."""
        name = special.ASSISTANT_END if chat else special.BOS
        return frozenset({self.tokenizer.special[name]})


class ImportedDialect:
    """A chat template and the end tokens of an imported model.

    Args:
        tokenizer: of the model.
        template: None for a model that only continues documents.
        eos_ids: what ends a text, of either kind.
    """

    answer_prefix = ""
    tools: tuple[str, ...] = ()

    def __init__(
        self,
        tokenizer: ImportedTokenizer,
        template: ChatTemplate | None,
        eos_ids: frozenset[int],
    ) -> None:
        self.tokenizer = tokenizer
        self.template = template
        self._eos_ids = eos_ids

    @property
    def chats(self) -> bool:
        """Whether there is a chat template."""
        return self.template is not None

    def render_chat(
        self,
        turns: Iterable[Turn],
        continue_ids: Sequence[int] = (),
        tools: Iterable[str] = (),
    ) -> list[int]:
        """Write the conversation down; the template's structure alone becomes special ids.

        A template writes text, so a turn that was generated is decoded for it, structure left out.
        """
        for name in tools:
            raise _not_learned(name, self.tools)
        if self.template is None:
            raise RequestError(
                "This model has no chat template: it continues documents and has not learned to "
                "answer. Give it a prompt, or choose an instruct model."
            )
        ids: list[int] = []
        for piece in self.template.render(map(self._as_text, turns)):
            ids += self.tokenizer.encode(piece.text) if piece.token is None else [piece.token]
        return [*ids, *continue_ids]

    def _as_text(self, turn: Turn) -> Turn:
        return turn if turn.ids is None else Turn.of(turn.role, self.tokenizer.decode(turn.ids))

    def answer_rules(
        self, offered: Iterable[Tool] = (), approve: Iterable[str] = (), max_calls: int = 0
    ) -> CallRules:
        """Whatever it says is text: the tool calls of imported models are not understood."""
        for tool in offered:
            raise _not_learned(tool.name, self.tools)
        return NO_RULES

    def encode_call(self, tool: Tool, text: str) -> list[int]:
        """Refuse: an imported model has no such tokens."""
        raise _not_learned(tool.name, self.tools)

    def encode_output(self, text: str, room: int = MAX_OUTPUT_TOKENS + 2) -> list[int]:
        """Refuse: an imported model has no such tokens."""
        raise RequestError(
            "This model is imported, and the lab does not know how it reads a tool's output. "
            "Choose a model of the lab."
        )

    def render_completion(self, text: str, continue_ids: Sequence[int] = ()) -> list[int]:
        """The text, after what the tokenizer puts before every document."""
        return [*self.tokenizer.bos_ids, *self.tokenizer.encode(text), *continue_ids]

    def stop_ids(self, *, chat: bool) -> frozenset[int]:
        """The same for both: these models mark the end of a turn and of a text alike."""
        return self._eos_ids


def _not_learned(name: str, learned: tuple[str, ...]) -> RequestError:
    knows = f"it knows {', '.join(learned)}" if learned else "it has learned none"
    return RequestError(
        f"This model has not learned to call the tool {name[:80]!a}: {knows}. Offer it others, "
        "choose another model, or ask without tools.",
        param="tools",
    )


def load_dialect(info: CheckpointInfo) -> Dialect:
    """The dialect of a checkpoint.

    Raises:
        CheckpointError: a file of the tokenizer is missing or damaged.
    """
    if info.imported:
        return read_imported_dialect(info.path)
    return LabDialect(load_tokenizer(info.path), chats=info.chats, tools=info.tools)


def read_imported_dialect(folder: Path) -> ImportedDialect:
    """The dialect of a Hugging Face folder: its tokenizer, chat template and end tokens.

    Raises:
        CheckpointError: the tokenizer is of another kind, or a file is damaged.
    """
    tokenizer = ImportedTokenizer.load(folder / "tokenizer.json")
    files = read_chat_files(folder)
    template = None
    if files.template is not None:
        template = ChatTemplate(
            files.template, files.names, tokenizer.added, str(files.template_file)
        )
    named = tokenizer.special.get(files.names.get("eos_token", ""))
    eos_ids = {*files.eos_ids, *([] if named is None else [named])}
    return ImportedDialect(tokenizer, template, frozenset(eos_ids))
