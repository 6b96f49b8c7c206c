"""Extraction: the main text of a page, by trafilatura with a preference for precision (FineWeb).

No time limit can be set from inside: an alarm works on the main thread only, and a subprocess for
every page costs more than the page. The work is bounded instead: a page beyond ``MAX_BYTES`` or
``MAX_TAGS`` is dropped unread, and libxml2 itself ends nesting at 256 levels. trafilatura's time
grows with the square of the inline elements of one paragraph; 10,000 of them, the worst page within
the bounds that we could think of, took eight seconds of a processor.
"""

from __future__ import annotations

import logging
import re

from engine.data.funnel.decoding import decode
from engine.data.funnel.document import SourcePage
from engine.data.funnel.finding import Finding

MAX_BYTES = 10_000_000
MAX_TAGS = 20_000
MAX_CONTROL_SHARE = 0.01
_SAMPLE_CHARS = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_BINARY = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"\x7fELF")


def extract(page: SourcePage) -> str | Finding:
    """The main text of ``page``: paragraphs as lines, white space stripped.

    A page of plain text (``is_text``) is decoded only. Comments, menus and repeated segments are
    trafilatura's to leave out. Never raises for what stands on a page.
    """
    if not page.body.strip():
        return Finding("extraction.empty", "no bytes", "")
    if len(page.body) > MAX_BYTES:
        return Finding("extraction.broken", "too large", f"{len(page.body):,} bytes")
    if page.body.startswith(_BINARY):
        return Finding("extraction.broken", "binary", repr(page.body[:40]))
    html = decode(page.body, page.charset)
    sample = html[:_SAMPLE_CHARS]
    if len(_CONTROL.findall(sample)) > MAX_CONTROL_SHARE * len(sample):
        return Finding("extraction.broken", "binary", repr(sample[:80]))
    if page.is_text:
        return html.strip() or Finding("extraction.empty", "no text", "")
    if html.count("<") > MAX_TAGS:
        return Finding("extraction.broken", "too many tags", f"{html.count('<'):,} tags")
    return _main_text(html)


def _main_text(html: str) -> str | Finding:
    import trafilatura

    # It logs every page that it can make nothing of; the funnel counts these itself.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        text = trafilatura.extract(html, favor_precision=True, include_comments=False)
    except Exception as error:  # whatever a hostile page makes of it, the run goes on
        return Finding("extraction.broken", type(error).__name__, str(error))
    return (text or "").strip() or Finding("extraction.empty", "no text", html)
