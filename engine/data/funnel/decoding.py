"""From the bytes of a page to characters: what was declared is believed only where it fits.

Servers and pages name the wrong charset often enough. UTF-8 proves itself: bytes of another charset
hardly ever form valid UTF-8, so bytes that do are read as UTF-8 whatever was declared.
"""

from __future__ import annotations

import codecs
import re

FALLBACK = "cp1252"
_BYTE_ORDER_MARKS = (
    # UTF-32's mark for little-endian begins with that of UTF-16.
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:.-]{1,39}")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_META_BYTES = 4096
# As browsers do: what calls itself Latin-1 or ASCII is windows-1252, and GB 2312 is its superset.
_SUPERSETS = {"iso8859-1": FALLBACK, "ascii": FALLBACK, "gb2312": "gb18030", "gbk": "gb18030"}
# Named one by one because Python calls other things codecs too, some of them slow (punycode, idna).
_CHARSETS = frozenset(
    "utf-8 utf-16 utf-16-le utf-16-be gb18030 big5 euc_jp shift_jis cp932 iso2022_jp euc_kr cp949 "
    "koi8-r koi8-u mac-roman mac-cyrillic cp866 cp874 tis-620".split()
    + [f"cp{number}" for number in range(1250, 1259)]
    + [f"iso8859-{number}" for number in range(2, 17)]
)
# Their bytes are ASCII's, so that the text would pass for UTF-8.
_SEVEN_BIT = frozenset({"iso2022_jp"})


def decode(body: bytes, declared: str | None = None) -> str:
    """The characters of ``body``.

    In order: a byte order mark; UTF-8 if the bytes are valid; the charset that the server declared,
    the one in the page's ``<meta>``, if the bytes fit; windows-1252, with a replacement character
    for each byte that it lacks. Where ISO-2022-JP is declared, UTF-8 comes after it.

    Args:
        body: of a page, or of a text.
        declared: by the server; unknown names count as none.
    """
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(charset, errors="replace")
    named = [name for name in (charset_of(declared), _meta_charset(body)) if name]
    named.insert(len(named) if _SEVEN_BIT.intersection(named) else 0, "utf-8")
    for charset in named:
        if charset.startswith("utf-16") and b"\0" not in body[:_META_BYTES]:
            continue  # any bytes at all are valid UTF-16, but a page without a NUL is none
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    return body.decode(FALLBACK, errors="replace")


def charset_of(label: str | None) -> str | None:
    """Python's name of the charset called ``label``; None for those that pages do not come in."""
    if not label or not _LABEL.fullmatch(label.strip()):
        return None
    try:
        name = codecs.lookup(label.strip()).name
    except LookupError:
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _CHARSETS else None


def _meta_charset(body: bytes) -> str | None:
    match = _META.search(body[:_META_BYTES])
    return charset_of(match.group(1).decode("ascii", errors="replace")) if match else None
