"""What a stage trains on: the web's pages, or conversations with pages replayed among them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence

from engine.conversation import Turn, render
from engine.data.dialogue import Exchange, conversations
from engine.data.web import Web
from engine.special import BOS
from engine.tokenizer import Tokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.train.packing import Document
from engine.train.recipe import Recipe


def page_documents(texts: Sequence[str], tokenizer: AnyTokenizer) -> list[Document]:
    """Each page between two ``<|bos|>``: the one it begins with, the one that says it is over."""
    bos = tokenizer.special[BOS]
    return [Document([bos, *ids, bos]) for ids in tokenizer.encode_batch(texts)]


def chat_document(tokenizer: Tokenizer, exchanges: Iterable[Exchange]) -> Document:
    """A conversation with the loss on the assistant's tokens only."""
    turns = []
    for exchange in exchanges:
        turns += [Turn.of("user", exchange.question), Turn.of("assistant", exchange.answer)]
    rendered = render(tokenizer, turns)
    return Document(rendered.ids, rendered.mask)


def training_documents(recipe: Recipe, web: Web, tokenizer: Tokenizer) -> list[Document]:
    """The documents of one epoch.

    SFT draws new conversations to fill its steps once and mixes in whole pages until they are
    ``replay_share`` of all tokens.
    """
    texts = [page.text for page in web.pages]
    if recipe.stage == "base":
        return page_documents(texts, tokenizer)
    rng = random.Random(f"sft:{recipe.seed}")
    rng.shuffle(texts)
    wanted = recipe.steps * recipe.batch_tokens
    chats = [
        chat_document(tokenizer, exchanges)
        for exchanges in conversations(web, wanted // 36 + 64, f"sft:{recipe.seed}")
    ]
    return [
        *_until(chats, int(wanted * (1 - recipe.replay_share))),
        *_until(
            page_documents(texts[: wanted // 24], tokenizer), int(wanted * recipe.replay_share)
        ),
    ]


def _until(documents: Sequence[Document], tokens: int) -> list[Document]:
    """The first documents that together have ``tokens`` tokens."""
    chosen, total = [], 0
    for document in documents:
        if total >= tokens:
            break
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
