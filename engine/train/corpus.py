"""What a stage trains on: the web's pages, or conversations with pages replayed among them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from engine.conversation import Turn, render
from engine.data.dialogue import Dialogue, conversations
from engine.data.tool_dialogue import ToolTalk
from engine.data.web import Web
from engine.special import BOS
from engine.tokenizer import Tokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.tool_prompt import tools_line
from engine.train.packing import Document
from engine.train.recipe import Recipe


def page_documents(texts: Sequence[str], tokenizer: AnyTokenizer) -> list[Document]:
    """Each page between two ``<|bos|>``: the one it begins with, the one that says it is over."""
    bos = tokenizer.special[BOS]
    return [Document([bos, *ids, bos]) for ids in tokenizer.encode_batch(texts)]


def chat_document(tokenizer: Tokenizer, dialogue: Dialogue) -> Document:
    """A conversation with the loss on the assistant's tokens only."""
    turns = [Turn.of("system", tools_line(dialogue.tools))] if dialogue.tools else []
    for exchange in dialogue.exchanges:
        turns += [Turn.of("user", exchange.question), Turn("assistant", exchange.parts)]
    rendered = render(tokenizer, turns)
    return Document(rendered.ids, rendered.mask)


def training_documents(recipe: Recipe, web: Web, tokenizer: Tokenizer) -> list[Document]:
    """The documents of one epoch.

    SFT draws new conversations to fill its steps once and mixes in whole pages until they are
    ``replay_share`` of all tokens; ``tool_share`` of the others are conversations with tools.
    """
    texts = [page.text for page in web.pages]
    if recipe.stage == "base":
        return page_documents(texts, tokenizer)
    seed = f"sft:{recipe.seed}"
    random.Random(seed).shuffle(texts)
    chats = conversations(web, recipe.steps * recipe.batch_tokens // 36 + 64, seed)
    tools = tool_conversations(web, recipe.n_strangers, f"tools:{recipe.seed}", people=seed)
    return mixed(recipe, tokenizer, chats, tools, texts)


def tool_conversations(web: Web, n_people: int, seed: str, *, people: str) -> Iterator[Dialogue]:
    """Conversations that offer tools, without end; ``people`` is the seed of those made up."""
    rng = random.Random(seed)
    with closing(ToolTalk(web, n_people, people)) as talk:
        while True:
            yield talk.dialogue(rng)


def mixed(
    recipe: Recipe,
    tokenizer: Tokenizer,
    chats: Iterable[Dialogue],
    tools: Iterable[Dialogue],
    texts: Sequence[str],
) -> list[Document]:
    """As many documents as the recipe's steps read once, each kind with its share of the tokens.

    Args:
        recipe: how long, and the shares.
        tokenizer: of the documents.
        chats: conversations without tools; like ``tools`` and ``texts`` more than are needed.
        tools: conversations with tools.
        texts: pages to replay, shuffled.
    """
    wanted = recipe.steps * recipe.batch_tokens
    n_replayed = int(wanted * recipe.replay_share)
    n_tools = int((wanted - n_replayed) * recipe.tool_share)
    return [
        *_until((chat_document(tokenizer, d) for d in chats), wanted - n_replayed - n_tools),
        *_until((chat_document(tokenizer, d) for d in tools), n_tools),
        *_until(page_documents(texts[: wanted // 24], tokenizer), n_replayed),
    ]


def _until(documents: Iterable[Document], tokens: int) -> list[Document]:
    """The first documents that together have ``tokens`` tokens."""
    chosen: list[Document] = []
    total, waiting = 0, iter(documents)
    while total < tokens and (document := next(waiting, None)) is not None:
        chosen.append(document)
        total += len(document.ids)
    return chosen


def data_hash(documents: Sequence[Document]) -> str:
    """A fingerprint of the ids, to tell later what a checkpoint was trained on."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(",".join(map(str, document.ids)).encode())
        digest.update(b"\n")
    return digest.hexdigest()
