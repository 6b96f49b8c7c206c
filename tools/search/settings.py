"""How the lab searches: which provider, at which addresses, with which keys, how often."""

from __future__ import annotations

import ipaddress
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from tools.search.keys import KeySource

PROVIDERS = ("pocket", "ddgs", "searxng", "wikipedia", "brave", "tavily")
"""``pocket`` never leaves the machine; ``searxng`` needs an address, the last two need a key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchSettings:
    """Settings of all providers. Addresses are of http or https and hold no user or password.

    Raises:
        ValueError: a value cannot be used; the sentence names the environment variable.
    """

    provider: str = "pocket"
    """Who is asked where a call names nobody; one of ``PROVIDERS``."""
    ddgs_url: str = "https://html.duckduckgo.com/html/"
    searxng_url: str | None = None
    wikipedia_url: str = "https://en.wikipedia.org"
    brave_url: str = "https://api.search.brave.com"
    tavily_url: str = "https://api.tavily.com"
    brave_key: KeySource = field(default=KeySource(variable="LLMLAB_BRAVE_KEY"))
    tavily_key: KeySource = field(default=KeySource(variable="LLMLAB_TAVILY_KEY"))
    timeout_s: float = 8.0
    """For one request."""
    spacing_s: float = 1.0
    """Between the end of one request and the next to the same provider."""
    patience_s: float = 30.0
    """For a whole search: waiting for a turn, spacing and retries too."""

    def __post_init__(self) -> None:
        check_provider(self.provider)
        for name in ("ddgs", "wikipedia", "brave", "tavily", "searxng"):
            address = getattr(self, f"{name}_url")
            if address is not None:
                _check_address(f"LLMLAB_{name.upper()}_URL", address, secret=name in _WITH_KEY)
        for name, value, least in (
            ("TIMEOUT", self.timeout_s, 0.01),
            ("SPACING", self.spacing_s, 0.0),
            ("PATIENCE", self.patience_s, 0.01),
        ):
            if not (math.isfinite(value) and least <= value <= 600):
                raise ValueError(
                    f"LLMLAB_SEARCH_{name}_S is {value:g}; write seconds from {least:g} to 600."
                )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> SearchSettings:
        """Settings from the variables ``LLMLAB_SEARCH_PROVIDER``, ``LLMLAB_SEARCH_TIMEOUT_S``,
        ``..._SPACING_S``, ``..._PATIENCE_S``, ``LLMLAB_DDGS_URL`` and so on for every provider that
        has an address, and ``LLMLAB_BRAVE_KEY``, ``LLMLAB_TAVILY_KEY`` (or ``..._KEY_FILE``). An
        empty variable counts as none.

        Raises:
            ValueError: a value cannot be used.
        """
        env = os.environ if environ is None else environ
        usual = cls()
        return cls(
            provider=env.get("LLMLAB_SEARCH_PROVIDER") or usual.provider,
            ddgs_url=env.get("LLMLAB_DDGS_URL") or usual.ddgs_url,
            searxng_url=env.get("LLMLAB_SEARXNG_URL") or None,
            wikipedia_url=env.get("LLMLAB_WIKIPEDIA_URL") or usual.wikipedia_url,
            brave_url=env.get("LLMLAB_BRAVE_URL") or usual.brave_url,
            tavily_url=env.get("LLMLAB_TAVILY_URL") or usual.tavily_url,
            brave_key=KeySource.from_env("LLMLAB_BRAVE_KEY", env),
            tavily_key=KeySource.from_env("LLMLAB_TAVILY_KEY", env),
            timeout_s=_seconds("LLMLAB_SEARCH_TIMEOUT_S", env, usual.timeout_s),
            spacing_s=_seconds("LLMLAB_SEARCH_SPACING_S", env, usual.spacing_s),
            patience_s=_seconds("LLMLAB_SEARCH_PATIENCE_S", env, usual.patience_s),
        )


_WITH_KEY = ("brave", "tavily")


def check_provider(name: str) -> None:
    """Refuse a provider that does not exist.

    Raises:
        ValueError: the sentence names those there are.
    """
    if name not in PROVIDERS:
        raise ValueError(
            f"There is no search provider {name!r}. There are: {', '.join(PROVIDERS)}."
        )


def _seconds(variable: str, env: Mapping[str, str], default: float) -> float:
    text = env.get(variable)
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{variable} is {text!r}, which is no number of seconds.") from None


def _check_address(variable: str, address: str, *, secret: bool) -> None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not address.isprintable() or " " in address:
        raise ValueError(f"{variable} is {address!r}; write an address such as https://host/path.")
    if "@" in parts.netloc:
        # Addresses are shown; whoever needs a password can put a proxy of their own in front.
        raise ValueError(f"{variable} holds a user name or password; write it without.")
    if secret and parts.scheme == "http" and not _on_this_machine(parts):
        raise ValueError(
            f"{variable} is {address!r}, where the key could be read on the way; use https."
        )


def _on_this_machine(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
