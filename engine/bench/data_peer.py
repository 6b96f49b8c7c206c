"""datatrove's filters over the same pages, with its local executor; imports datatrove, an extra."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LambdaFilter,
    URLFilter,
)
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.word_tokenizers import WordTokenizer
from tldextract import TLDExtract

from engine.data.funnel.blocklist import DOMAINS, HOSTS, SOFT_WORDS, SUBWORDS, URLS, WORDS
from engine.data.funnel.decoding import decode
from engine.data.funnel.language import language_of
from engine.data.funnel.rules import thresholds
from engine.data.funnel.sources import open_source
from engine.data.funnel.words import sentences, words

TIMEOUT_S = 60.0
"""For the extraction of a page: on a busy machine its own second would lose some."""
_ENGLISH = thresholds()["language.english"]


def run_peer(files: list[Path], folder: Path, *, workers: int, our_words: bool) -> int:
    """Take the pages of ``files`` through datatrove.

    Args:
        files: WARC files, a task each.
        folder: to write to.
        workers: processes.
        our_words: whether its filters get their words from our tokenizer.

    Returns:
        how many pages it has kept.
    """
    LocalPipelineExecutor(
        [
            _Pages([str(path) for path in files], our_words=our_words),
            _url_filter(),
            Trafilatura(favour_precision=True, timeout=TIMEOUT_S, deduplicate=False),
            LambdaFilter(_is_english),
            GopherRepetitionFilter(),
            GopherQualityFilter(),
            C4QualityFilter(filter_no_terminal_punct=False),
            FineWebQualityFilter(char_duplicates_ratio=0.1),
            PIIFormatter(),
            ParquetWriter(str(folder / "output"), compression="zstd"),
        ],
        tasks=len(files),
        workers=min(workers, len(files)),
        logging_dir=str(folder / "logs"),
    ).run()
    return _count(folder / "output")


def _url_filter() -> URLFilter:
    found = URLFilter(
        use_integrated_lists=False,
        extra_domains=[*DOMAINS, *HOSTS],
        extra_urls=URLS,
        banned_words=WORDS,
        banned_subwords=SUBWORDS,
        soft_banned_words=SOFT_WORDS,
    )
    # The list of domain endings in its package: nothing is fetched from the network.
    found.tldextractor = TLDExtract(
        suffix_list_urls=(), extra_suffixes=("example",), cache_dir=None
    )
    return found


def _is_english(document: Document) -> bool:
    return language_of(document.text).english > _ENGLISH


def _count(folder: Path) -> int:
    import pyarrow.parquet as parquet

    return sum(parquet.read_metadata(path).num_rows for path in folder.glob("*.parquet"))


class _Pages(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """Our reader and decoder, as a step."""

    name = "pages"
    type = "reader"

    def __init__(self, files: list[str], *, our_words: bool) -> None:
        super().__init__()
        self._files = files
        self._our_words = our_words

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """What datatrove calls."""
        if self._our_words:
            _give_our_words()
        for path in self._files[rank::world_size]:
            for found in open_source(Path(path)).read():
                page = found.page
                if page is None:
                    continue
                text = decode(page.body, page.charset)
                if text and "\0" not in text[:1000]:  # an image or the like is no page
                    yield Document(text=text, id=page.id, metadata={"url": page.url})


class _OurWords(WordTokenizer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__("en")

    def word_tokenize(self, text: str) -> list[str]:
        return words(text)

    def sent_tokenize(self, text: str) -> list[str]:
        return sentences(text)

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        spans, start = [], 0
        for sentence in sentences(text):
            start = text.index(sentence, start)
            spans.append((start, start + len(sentence)))
            start += len(sentence)
        return spans


def _give_our_words() -> None:
    """In a process of datatrove's own, which does nothing else."""
    from datatrove.utils import word_tokenizers

    ours = _OurWords()
    word_tokenizers.load_word_tokenizer = lambda language: ours
