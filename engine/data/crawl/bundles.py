"""Bundles of the web's documents: as many words as an article has, so that real thresholds apply.

FineWeb keeps pages of fifty words and five sentences or more; most documents of the web are
shorter. Each document goes into exactly one bundle.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence

from engine.data.crawl.article import sentence_count
from engine.data.crawl.prose import missing
from engine.data.entities import Page

MEAN_WORDS = 150
"""Of the documents; articles are longer by what ``prose`` fills up."""
SPREAD_WORDS = 110
"""Bundles differ in length by about as much."""
LEAST_WORDS = 65
LEAST_SENTENCES = 6

Bundle = tuple[Page, ...]


def bundles(documents: Sequence[Page], seed: int) -> list[Bundle]:
    """Deal every document to one bundle.

    The longest go first, always to the bundle that is emptiest (longest-processing-time
    scheduling); a document's length is its own and that of the prose that it will need beside it.
    So sums and quizzes, which would break rules on their own, come to lie in different bundles.

    Args:
        documents: the training pages of a web, in any order.
        seed: of the crawl.
    """
    rng = random.Random(f"bundles:{seed}")
    lengths = [len(page.text.split()) for page in documents]
    loads = [n + missing(page.text) for n, page in zip(lengths, documents, strict=True)]
    order = list(range(len(documents)))
    rng.shuffle(order)
    order.sort(key=lambda index: -loads[index])
    count = max(1, sum(lengths) // MEAN_WORDS)
    dealt: list[list[int]] = [[] for _ in range(count)]
    words = [0] * count
    heap = [(rng.uniform(0, SPREAD_WORDS), index) for index in range(count)]
    heapq.heapify(heap)

    def deal(document: int) -> None:
        load, index = heapq.heappop(heap)
        dealt[index].append(document)
        words[index] += lengths[document]
        heapq.heappush(heap, (load + loads[document], index))

    for document in order:
        deal(document)
    thin = {
        index
        for index, members in enumerate(dealt)
        if words[index] < LEAST_WORDS
        or sum(sentence_count(documents[m].text) for m in members) < LEAST_SENTENCES
    }
    if len(thin) < count:
        heap = [(load, index) for load, index in heap if index not in thin]
        heapq.heapify(heap)
        for index in sorted(thin):
            for document in dealt[index]:
                deal(document)
        dealt = [members for index, members in enumerate(dealt) if index not in thin]
    for members in dealt:
        rng.shuffle(members)
    rng.shuffle(dealt)
    return [tuple(documents[index] for index in members) for members in dealt]
