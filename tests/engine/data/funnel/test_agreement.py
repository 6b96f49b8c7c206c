"""Each rule against datatrove's own implementation of it, on two thousand texts and addresses.

datatrove is given our words and sentences, so that rules are compared and not tokenizers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from engine.data.funnel import c4, fineweb, gopher_quality, gopher_repetition
from engine.data.funnel.blocklist import (
    DOMAINS,
    HOSTS,
    SOFT_WORDS,
    SUBWORDS,
    URLS,
    WORDS,
    pocket_blocklist,
)
from engine.data.funnel.document import Document, Drop
from engine.data.funnel.extraction import extract
from engine.data.funnel.filtering import PageFilter
from engine.data.funnel.finding import Finding, first_broken
from engine.data.funnel.pii import EMAIL, IP_ADDRESS, mask
from engine.data.funnel.rules import RULES, thresholds
from engine.data.funnel.sources import open_source
from engine.data.funnel.url_rules import check_url
from engine.data.funnel.words import sentences, words
from tests.engine.data.funnel.adversarial_texts import texts

pytest.importorskip("datatrove")

N_TEXTS = 2000
PUBLISHED = thresholds()
OUR_NAME = {
    "dup_para_frac": "gopher_repetition.dup_paragraphs",
    "dup_para_char_frac": "gopher_repetition.dup_paragraph_chars",
    "dup_line_frac": "gopher_repetition.dup_lines",
    "dup_line_char_frac": "gopher_repetition.dup_line_chars",
    **{f"top_{n}_gram": f"gopher_repetition.top_{n}_gram" for n in (2, 3, 4)},
    **{f"duplicated_{n}_n_grams": f"gopher_repetition.dup_{n}_grams" for n in range(5, 11)},
    "gopher_short_doc": "gopher_quality.min_words",
    "gopher_long_doc": "gopher_quality.max_words",
    "gopher_below_avg_threshold": "gopher_quality.min_word_length",
    "gopher_above_avg_threshold": "gopher_quality.max_word_length",
    "gopher_too_many_hashes": "gopher_quality.hashes",
    "gopher_too_many_ellipsis": "gopher_quality.ellipses",
    "gopher_too_many_bullets": "gopher_quality.bullets",
    "gopher_too_many_end_ellipsis": "gopher_quality.ellipsis_lines",
    "gopher_below_alpha_threshold": "gopher_quality.alphabetic",
    "gopher_enough_stop_words": "gopher_quality.stop_words",
    "lorem_ipsum": "c4.lorem_ipsum",
    "curly_bracket": "c4.curly_bracket",
    "too_few_sentences": "c4.sentences",
    "line_punct_ratio": "fineweb.line_punctuation",
    "short_line_ratio": "fineweb.short_lines",
    "char_dup_ratio": "fineweb.dup_line_chars",
    "list_ratio": "fineweb.new_lines",
    "domain": "url.domain",
    "subdomain": "url.subdomain",
    "url": "url.url",
    "hard_blacklisted": "url.word",
    "soft_blacklisted": "url.soft_words",
    "blacklisted_subword": "url.subword",
}
"""datatrove's reason to ours."""


class _OurWords:
    """In the place of datatrove's word tokenizer."""

    def word_tokenize(self, text: str) -> list[str]:
        return words(text)

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        spans, start = [], 0
        for sentence in sentences(text):
            start = text.index(sentence, start)
            spans.append((start, start + len(sentence)))
            start += len(sentence)
        return spans


@pytest.fixture(scope="module", autouse=True)
def _our_words() -> Iterator[None]:
    from datatrove.utils import text, word_tokenizers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_tokenizers, "load_word_tokenizer", lambda language: _OurWords())
        text.split_into_parts.cache_clear()
        yield
        text.split_into_parts.cache_clear()


@pytest.fixture(scope="module")
def pages(pico_crawl: Path) -> list[str]:
    """Texts as the funnel meets them, and worse ones."""
    extracted = list(islice(_extracted(pico_crawl), N_TEXTS // 8))
    return [*extracted, *texts(N_TEXTS - len(extracted))]


def _extracted(crawl: Path) -> Iterator[str]:
    for path in sorted(crawl.glob("*.warc.gz")):
        for found in open_source(path, path.name).read():
            text = extract(found.page) if found.page else None
            if isinstance(text, str):
                yield text


def _theirs(name: str, **options: Any) -> Any:
    from datatrove.pipeline import filters

    return getattr(filters, name)(**options)


def _reason(theirs: Any, text: str) -> tuple[str | None, str]:
    """The rule that drops ``text``, in our names, and the text that datatrove leaves."""
    from datatrove.data import Document as TheirDocument

    document = TheirDocument(text=text, id="0")
    result = theirs.filter(document)
    return (None if result is True else OUR_NAME[result[1]]), document.text


def _rule(finding: Finding | None) -> str | None:
    return finding.rule if finding else None


def _repetition(text: str) -> str | None:
    return _rule(first_broken(gopher_repetition.measures(text, words(text)), PUBLISHED))


def _quality(text: str) -> str | None:
    return _rule(first_broken(gopher_quality.measures(text, words(text)), PUBLISHED))


def _fineweb(text: str) -> str | None:
    return _rule(first_broken(fineweb.measures(text, words(text)), PUBLISHED))


def _assert_each_rule_broke(stage: str, found: Counter[str | None], times: int = 10) -> None:
    """A comparison in which a rule never broke would say nothing of it."""
    for rule in RULES:
        if rule.stage == stage:
            assert found[rule.name] >= times, f"{rule.name} broke {found[rule.name]} times"
    assert found[None] >= times


@pytest.mark.parametrize(
    ("stage", "ours", "name", "options"),
    [
        ("gopher_repetition", _repetition, "GopherRepetitionFilter", {}),
        ("gopher_quality", _quality, "GopherQualityFilter", {}),
        ("fineweb", _fineweb, "FineWebQualityFilter", {"char_duplicates_ratio": 0.1}),
    ],
)
def test_filters_agree(
    pages: list[str],
    stage: str,
    ours: Callable[[str], str | None],
    name: str,
    options: dict[str, Any],
) -> None:
    theirs = _theirs(name, **options)
    # Ten pages above the 100,000 words: most of their time would go into other filters.
    long = [f"{'the of ' * 50_000}{n}" for n in range(10)] if stage == "gopher_quality" else []
    found: Counter[str | None] = Counter()
    for text in [*pages, *long]:
        rule = ours(text)
        assert rule == _reason(theirs, text)[0], text
        found[rule] += 1
    _assert_each_rule_broke(stage, found)


def test_c4_agrees_and_leaves_the_same_text(pages: list[str]) -> None:
    theirs = _theirs("C4QualityFilter", filter_no_terminal_punct=False)
    found: Counter[str | None] = Counter()
    cut = 0
    for text in pages:
        ours = c4.clean(text, PUBLISHED)
        rule, left = _reason(theirs, text)
        if isinstance(ours, Finding):
            assert ours.rule == rule, text
            found[rule] += 1
        else:
            assert rule is None, text
            assert ours.text == left
            found[None] += 1
            cut += ours.cut_lines > 0
    _assert_each_rule_broke("c4", found)
    assert cut >= 100


def test_all_stages_in_a_row_agree(pages: list[str]) -> None:
    ours = PageFilter(PUBLISHED, pocket_blocklist())
    theirs = [
        _theirs("GopherRepetitionFilter"),
        _theirs("GopherQualityFilter"),
        _theirs("C4QualityFilter", filter_no_terminal_punct=False),
        _theirs("FineWebQualityFilter", char_duplicates_ratio=0.1),
    ]
    kept = 0
    for text in pages:
        rule, left = None, text
        for filter_ in theirs:
            rule, left = _reason(filter_, left)
            if rule:
                break
        judged = ours.judge_text(Document(id="0", url="", text=text))
        if isinstance(judged, Drop):
            assert judged.rule == rule, text
        else:
            assert rule is None, text
            assert judged.text == left
            kept += 1
    assert 200 < kept < 1800


@pytest.mark.filterwarnings("ignore:The 'registered_domain' property:DeprecationWarning")
def test_url_rules_agree() -> None:
    from datatrove.data import Document as TheirDocument
    from tldextract import TLDExtract

    theirs = _theirs(
        "URLFilter",
        use_integrated_lists=False,
        extra_domains=[*DOMAINS, *HOSTS],
        extra_urls=URLS,
        banned_words=WORDS,
        banned_subwords=SUBWORDS,
        soft_banned_words=SOFT_WORDS,
    )
    # From the list in its package, without the network; .example is no real top-level domain.
    theirs.tldextractor = TLDExtract(
        suffix_list_urls=(), extra_suffixes=("example",), cache_dir=None
    )
    found: Counter[str | None] = Counter()
    for url in _urls(random.Random(3), N_TEXTS):
        result = theirs.filter(TheirDocument(text="", id="0", metadata={"url": url}))
        rule = _rule(check_url(url, pocket_blocklist(), PUBLISHED))
        assert rule == (None if result is True else OUR_NAME[result[1]]), url
        found[rule] += 1
    _assert_each_rule_broke("url", found)


def _urls(rng: random.Random, n: int) -> Iterator[str]:
    fine = ("dunbury-herald.example", "river-school.example", "pocket.co.uk", "192.0.2.7")
    plain = ("a", "mill", "casinos", "news-of-1843", "hotel", "prizes", "cheapest", "index.html")
    for _ in range(n):
        host = rng.choice((*fine, *DOMAINS, *HOSTS, *fine, *fine))
        before = rng.choice(("", "", "www.", "a.b.", "x" * rng.randint(1, 3), "user@"))
        words_ = rng.choices((*plain, *plain, *WORDS, *SOFT_WORDS, *SUBWORDS), k=rng.randint(0, 4))
        path = "".join(f"{rng.choice('/-_.?=%&')}{word}" for word in words_)
        url = f"{rng.choice(('http', 'https'))}://{before}{host}{rng.choice(('', ':8080'))}/{path}"
        yield rng.choice((url, url, url, url, url, rng.choice(URLS)))


def test_pii_is_masked_at_the_same_places(pages: list[str]) -> None:
    from datatrove.pipeline.formatters import PIIFormatter

    theirs = PIIFormatter(email_replacement=EMAIL, ip_replacement=IP_ADDRESS)
    rng = random.Random(5)
    emails = ips = 0
    for text in pages:
        planted = _with_addresses(text, rng)
        ours = mask(planted)
        assert ours.text == theirs.format(planted)
        emails += ours.emails
        ips += ours.ips
    assert emails > 1000
    assert ips > 500


def _with_addresses(text: str, rng: random.Random) -> str:
    words_ = text.split(" ")
    for _ in range(rng.randint(1, 4)):
        local = "".join(rng.choices("abXY09._+-'=!", k=rng.randint(1, 9)))
        domain = "".join(rng.choices("abZ9.-", k=rng.randint(1, 12)))
        number = ".".join(str(rng.choice((0, 8, 10, 127, 172, 192, 255))) for _ in range(4))
        found = rng.choice((f"{local}@{domain}.org", f"tilda.{local}@x.example", number))
        found = rng.choice(
            ("{}", "({})", "<{}>", '"{}"', "{},", "{}.", "mailto:{}", "/{}/")
        ).format(found)
        words_.insert(rng.randint(0, len(words_)), found)
    return " ".join(words_)
