"""Services' answers read: fields of the right kind, HTML made text, hits with a host each."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from tools.search.format import MAX_RESULTS, Hit
from tools.search.refusal import unreadable

_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")


def mapping(value: Any, host: str) -> dict[str, Any]:
    """``value`` if it is a JSON object.

    Raises:
        SearchUnavailable: it is something else.
    """
    if not isinstance(value, dict):
        raise unreadable(host, "has a form that we do not know")
    return value


def mappings(value: Any, host: str) -> list[dict[str, Any]]:
    """``value`` if it is a list of JSON objects.

    Raises:
        SearchUnavailable: it is something else.
    """
    if not isinstance(value, list):
        raise unreadable(host, "has a form that we do not know")
    return [mapping(each, host) for each in value]


def text(record: dict[str, Any], key: str) -> str:
    """The text in a field, its HTML taken away; empty where there is none."""
    value = record.get(key)
    return html.unescape(_TAG.sub("", value)) if isinstance(value, str) else ""


def hits(found: Iterable[tuple[str, str, str]]) -> list[Hit]:
    """The first ``MAX_RESULTS`` of (title, address, snippet) that say something."""
    results = []
    for title, url, snippet in found:
        host = _host(url)
        hit = Hit.of(source=host, title=title, snippet=snippet, url=url if host else "")
        if hit.title or hit.snippet:
            results.append(hit)
        if len(results) == MAX_RESULTS:
            break
    return results


def _host(url: str) -> str:
    """The host of an address of the web; empty for every other one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
