"""URL rules: what is known about a page before it is opened.

Follows datatrove's ``URLFilter``, without its dependency on a public suffix list: the domains of a
``Blocklist`` are registrable ones, so that a host belongs to one exactly if it equals it or ends in
a dot and it. Unlike there, upper-case letters hide nothing, and a page without an address passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from engine.data.funnel.finding import Finding

_BETWEEN_WORDS = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Blocklist:
    """What blocks an address; all of it in lower case.

    The strings are what datatrove's lists hold: words and subwords of letters and digits only.
    """

    domains: frozenset[str] = field(default_factory=frozenset)
    """Registrable domains (``example.org``): they and every host below them are blocked."""
    hosts: frozenset[str] = field(default_factory=frozenset)
    """Single hosts (``ads.example.org``)."""
    urls: frozenset[str] = field(default_factory=frozenset)
    """Whole addresses."""
    words: frozenset[str] = field(default_factory=frozenset)
    """Words of an address any one of which blocks it."""
    soft_words: frozenset[str] = field(default_factory=frozenset)
    """Words of which several together block it."""
    subwords: frozenset[str] = field(default_factory=frozenset)
    """Strings that block an address wherever they stand in its letters and digits."""

    @cached_property
    def subword_pattern(self) -> re.Pattern[str] | None:
        """Finds any of ``subwords``; None where there are none."""
        if not self.subwords:
            return None
        return re.compile("|".join(re.escape(word) for word in sorted(self.subwords)))


def host_of(url: str) -> str:
    """The host of ``url`` in lower case, without user, port and closing dot; empty if none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:  # such as an unclosed bracket of an IPv6 address
        return ""
    return (host or "").rstrip(".")


def check_url(url: str, blocklist: Blocklist, thresholds: Mapping[str, float]) -> Finding | None:
    """The first rule that ``url`` breaks.

    Args:
        url: the page's address; an empty one breaks no rule.
        blocklist: what is forbidden.
        thresholds: by the rule's name; ``url.soft_words`` is used.
    """
    if not url:
        return None
    host = host_of(url)
    for domain in _with_parents(host):
        if domain in blocklist.domains:
            return Finding("url.domain", domain, url)
    if host in blocklist.hosts:
        return Finding("url.subdomain", host, url)
    lowered = url.lower()
    if lowered in blocklist.urls:
        return Finding("url.url", lowered, url)
    words = set(_BETWEEN_WORDS.split(lowered))
    if found := words & blocklist.words:
        return Finding("url.word", min(found), url)
    soft = words & blocklist.soft_words
    if soft and len(soft) >= thresholds["url.soft_words"]:
        return Finding("url.soft_words", len(soft), f"{', '.join(sorted(soft))}: {url}")
    if pattern := blocklist.subword_pattern:
        match = pattern.search(_BETWEEN_WORDS.sub("", lowered))
        if match:
            return Finding("url.subword", match.group(), url)
    return None


def _with_parents(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
