from __future__ import annotations

import pytest

from engine.data.funnel.blocklist import (
    DOMAINS,
    HOSTS,
    SOFT_WORDS,
    SUBWORDS,
    URLS,
    WORDS,
    pocket_blocklist,
)
from engine.data.funnel.rules import thresholds
from engine.data.funnel.url_rules import Blocklist, check_url, host_of

LIST = pocket_blocklist()


@pytest.mark.parametrize(
    ("url", "rule", "value"),
    [
        ("http://pillbarrel.example/", "url.domain", "pillbarrel.example"),
        ("http://a.b.PillBarrel.example./x", "url.domain", "pillbarrel.example"),
        ("https://me:pw@pillbarrel.example:8080", "url.domain", "pillbarrel.example"),
        ("pillbarrel.example/no-scheme", "url.domain", "pillbarrel.example"),
        ("http://win.story-corner.example/", "url.subdomain", "win.story-corner.example"),
        ("http://www.Harbour-Letters.example/free-gift", "url.url", URLS[0]),
        ("http://mill.example/the-CASINO", "url.word", "casino"),
        ("http://mill.example/hot/cheap.html", "url.soft_words", 2),
        ("http://mill.example/free-co-ins", "url.subword", "freecoins"),
    ],
)
def test_blocked(url: str, rule: str, value: str | float) -> None:
    found = check_url(url, LIST, thresholds())
    assert found is not None
    assert (found.rule, found.value) == (rule, value)
    assert url in found.evidence


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://story-corner.example/",
        "http://www.win.story-corner.example/",
        "http://notpillbarrel.example/",
        "http://pillbarrel.example.org/",
        "http://mill.example/?from=pillbarrel.example",
        "http://mill.example/casinos",
        "http://mill.example/hot-hot-hot",
        "http://[::1",
        "http://[::1]/",
        "file:///tmp/x",
        "//",
        "http://",
        "\x00\ud800",
        "mailto:a@b.example",
    ],
)
def test_not_blocked(url: str) -> None:
    assert check_url(url, LIST, thresholds()) is None


def test_soft_words_follow_the_threshold() -> None:
    one, three = "http://mill.example/hot", "http://mill.example/hot-cheap-loan"
    assert check_url(one, LIST, thresholds({"url.soft_words": 1})) is not None
    assert check_url(three, LIST, thresholds({"url.soft_words": 4})) is None


def test_an_empty_list_blocks_nothing() -> None:
    assert check_url("http://pillbarrel.example/casino", Blocklist(), thresholds()) is None


def test_soft_words_of_zero_do_not_block_a_page_without_any() -> None:
    zero = thresholds({"url.soft_words": 0})
    assert check_url("http://mill.example/", LIST, zero) is None


def test_host_of_hides_nothing() -> None:
    assert host_of("HTTP://User@WWW.Mill.Example.:81/x?y#z") == "www.mill.example"


def test_the_pocket_list_is_as_it_is_looked_up() -> None:
    """Lower case throughout, letters and digits in words, hosts whose domain is not blocked."""
    for entry in (*DOMAINS, *HOSTS, *URLS):
        assert entry == entry.lower()
    for word in (*WORDS, *SOFT_WORDS, *SUBWORDS):
        assert word.isalnum()
        assert word == word.lower()
    assert all(domain.count(".") == 1 for domain in DOMAINS)
    assert not any(host.endswith(DOMAINS) for host in HOSTS)
