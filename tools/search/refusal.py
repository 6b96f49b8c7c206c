"""What an HTTP answer means that holds no results: a sentence each, and whether to ask again."""

from __future__ import annotations

import re

from tools.search.provider import SearchUnavailable

MAX_BYTES = 1_000_000
"""An answer of more is refused: three results never need it."""

_CAPTCHA = re.compile(
    r"captcha|anomaly-modal|anomaly\.js|challenge-form|cf-challenge|cf-turnstile"
    r"|unusual traffic|are you a robot|you are (?:a )?human",
    re.IGNORECASE,
)
_LOOKED_AT_CHARS = 200_000
_LONGEST_WAIT_S = 600.0


def looks_like_captcha(page: str) -> bool:
    """Whether a page without results asks for proof that a person reads it."""
    return _CAPTCHA.search(page[:_LOOKED_AT_CHARS]) is not None


def captcha(host: str) -> SearchUnavailable:
    """Asking again only makes this worse."""
    return SearchUnavailable(f"{host} asks for a CAPTCHA, which only a person can solve")


def unreadable(host: str, what: str) -> SearchUnavailable:
    """``what`` is wrong with the answer: "is not JSON"."""
    return SearchUnavailable(f"the answer of {host} {what}")


def too_large(host: str) -> SearchUnavailable:
    """The answer has more than ``MAX_BYTES``."""
    return unreadable(host, f"is larger than {MAX_BYTES // 1000:,} kB")


def refusal(host: str, status: int, page: str = "", retry_after: str = "") -> SearchUnavailable:
    """What a status other than 200 means.

    Args:
        host: who answered.
        status: the HTTP status.
        page: the body, to see a CAPTCHA in it.
        retry_after: the header of that name; a date in it is not looked at.
    """
    if looks_like_captcha(page):
        return captcha(host)
    wait_s = min(float(retry_after), _LONGEST_WAIT_S) if retry_after.isdecimal() else None
    asks = f" and asks to be left alone for {wait_s:.0f} s" if wait_s else ""
    if status == 202:
        sentence = f"{host} holds us off, as it does with programs that ask too often"
    elif status == 429:
        sentence = f"{host} says that we ask too often"
    elif status == 401:
        sentence = f"{host} asks for a key, or does not accept ours"
    elif status == 403:
        sentence = f"{host} refuses to answer us"
    elif status in (402, 432, 433):
        sentence = f"{host} says that the key's plan is used up"
    elif status >= 500:
        sentence = f"{host} has a fault of its own"
    else:
        sentence = f"{host} did not search"
    # A server that is busy or broken may recover in a second; one that says no means it.
    return SearchUnavailable(
        f"{sentence} (HTTP {status}){asks}",
        retry=status in (500, 502, 503, 504) and not wait_s,
        wait_s=wait_s,
    )
