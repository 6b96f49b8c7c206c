"""What goes wrong with real pages between the writer and the wire: markup and encodings.

Every flaw leaves a page that a browser shows whole.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

SHARE = 0.2
"""Of all pages with an article."""
_META = '<meta charset="utf-8">'
_CLOSING = re.compile(r"</(?:p|li|td|tr)>")
_PARAGRAPH = re.compile(r"<p>([^<]{20,})</p>")


@dataclass(frozen=True, slots=True)
class Sent:
    """A page on the wire."""

    body: bytes
    charset: str | None
    """What the server declares."""
    flaws: tuple[str, ...] = ()


def unclosed(page: str) -> str:
    """End tags that HTML lets one forget, forgotten."""
    return _CLOSING.sub("", page)


def crossed(page: str) -> str:
    """Emphasis that ends in the wrong order, and end tags of nothing."""
    return _PARAGRAPH.sub(r"<p><b><i>\1</b></i></p></font>", page, count=2)


def nested_tables(page: str) -> str:
    """The article three tables deep."""
    cells = "<table><tr><td>" * 3, "</td></tr></table>" * 3
    page = page.replace("<article", f"{cells[0]}<article", 1)
    return page.replace("</article>", f"</article>{cells[1]}", 1)


def no_body(page: str) -> str:
    """A fragment: no html, head or body tag."""
    return re.sub(r"</?(?:html|body|head|!DOCTYPE)[^>]*>\n?", "", page)


def unquoted(page: str) -> str:
    """Attributes without quotes, tags in capitals."""
    page = re.sub(r'="([a-z]+)"', r"=\1", page)
    return re.sub(r"<(/?)(p|ul|li)>", lambda found: f"<{found[1]}{found[2].upper()}>", page)


MARKUP: dict[str, Callable[[str], str]] = {
    "unclosed": unclosed,
    "crossed_tags": crossed,
    "nested_tables": nested_tables,
    "no_body": no_body,
    "unquoted": unquoted,
}


def _encoded(page: str, codec: str) -> bytes:
    """Characters that the encoding lacks become references, as old editors wrote them."""
    return page.encode(codec, errors="xmlcharrefreplace")


def latin_1(page: str) -> Sent:
    """Latin-1, and said so: old, but right."""
    return Sent(_encoded(page.replace(_META, ""), "latin-1"), "iso-8859-1")


def undeclared(page: str) -> Sent:
    """windows-1252 of which nobody says that it is."""
    return Sent(_encoded(page.replace(_META, ""), "cp1252"), None)


def wrong_charset(page: str) -> Sent:
    """UTF-8 promised by server and page, windows-1252 sent."""
    return Sent(_encoded(page, "cp1252"), "utf-8")


def utf_16(page: str) -> Sent:
    """UTF-16 with a byte order mark, which the page itself contradicts."""
    return Sent(b"\xff\xfe" + page.encode("utf-16-le"), None)


def broken_bytes(page: str) -> Sent:
    """UTF-8 whose title is cut in the middle of a character."""
    return Sent(page.encode().replace(b"</title>", b"\xc2</title>", 1), "utf-8")


ENCODINGS: dict[str, Callable[[str], Sent]] = {
    "latin_1": latin_1,
    "undeclared_charset": undeclared,
    "wrong_charset": wrong_charset,
    "utf_16": utf_16,
    "broken_bytes": broken_bytes,
}


def send(page: str, rng: random.Random, share: float = SHARE) -> Sent:
    """Put a page on the wire: mostly as it is, in UTF-8; sometimes with a flaw or two."""
    flaws = []
    if rng.random() < share / 2:
        flaws.append(rng.choice(list(MARKUP)))
        page = MARKUP[flaws[0]](page)
    if rng.random() < share / 2:
        flaws.append(rng.choice(list(ENCODINGS)))
        sent = ENCODINGS[flaws[-1]](page)
        return Sent(sent.body, sent.charset, tuple(flaws))
    return Sent(page.encode(), "utf-8" if rng.random() < 0.8 else None, tuple(flaws))
