"""A page's text by taking its tags off and nothing else, as Common Crawl makes its WET files.

Menus, adverts, comments and cookie banners all stay: this is the text of a crawl without a funnel.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i img ins kbd label mark q s samp small span "
    "strong sub sup time tt u var wbr".split()
)
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\s*\n\s*")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 2048
"""At a page's beginning, in which it may declare its encoding."""


def page_text(body: bytes, charset: str | None) -> str:
    """The text of an HTML page, a line for each block; empty where there is none.

    Args:
        body: as it was sent. What is no HTML becomes what its bytes happen to spell.
        charset: that the server declared, if it did.
    """
    from lxml import etree

    html = _decoded(body, charset).replace("\x00", "\ufffd")
    # Without "huge", a page with 255 elements inside each other would leave nothing.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.LxmlError:  # an empty page, or one that is nothing but its prologue
        return ""
    if root is None:
        return ""
    text = _BLANKS.sub(" ", "".join(_parts(root)))
    return _LINE_ENDS.sub("\n", text).strip()


def _decoded(body: bytes, charset: str | None) -> str:
    """By the first encoding that fits; UTF-8 first, as other text is hardly ever valid UTF-8."""
    declared = _DECLARED.search(body[:_HEAD_BYTES])
    for name in ("utf-8", declared[1].decode() if declared else None, charset):
        try:
            if name and codecs.lookup(name)._is_text_encoding:
                return body.decode(name)
        except (LookupError, ValueError):  # unknown, with a null in its name, or it does not fit
            continue
    return body.decode("cp1252", "replace")


def _parts(root: _Element) -> Iterator[str]:
    from lxml import etree

    walk: Any = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        unseen, block = element.tag in _UNSEEN, element.tag not in _INLINE
        if event == "start" and unseen:
            walk.skip_subtree()
        elif event == "start":
            yield "\n" if block else ""
            yield element.text or ""
        else:
            yield "\n" if block else ""
            yield element.tail or ""
