"""Bodies that are no page: a picture's bytes, a document's, nothing at all."""

from __future__ import annotations

import random
import zlib

from engine.data.crawl import furniture


def unreadable(rng: random.Random) -> bytes:
    """Such a body; the server calls all of them HTML."""
    match rng.randrange(5):
        case 0:
            return b""
        case 1:
            return b"\x89PNG\r\n\x1a\n" + rng.randbytes(rng.randint(400, 4000))
        case 2:
            return b"%PDF-1.4\n" + zlib.compress(rng.randbytes(rng.randint(400, 4000)))
        case 3:
            return b"<!DOCTYPE html><html><head></head><body></body></html>"
        case _:
            return f"<html><script>{furniture.SCRIPT}</script></html>".encode()
