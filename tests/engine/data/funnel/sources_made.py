"""Files with pages in them, whole and damaged, for the tests of the sources and of runs."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.data.funnel.sources import Found, open_source

NOUNS = (
    "harbour market station library garden bridge school valley mill orchard window letter teacher "
    "river captain winter morning village doctor engine kitchen music evening hill forest baker "
    "clock island paper horse painter church street farmer lantern boat museum journey neighbour"
).split()
VERBS = (
    "visited described painted remembered measured repaired crossed admired found opened wanted "
    "followed carried watched called reached answered counted explained ordered washed invited"
).split()
ADJECTIVES = (
    "old quiet narrow bright heavy green famous empty early broken little warm strange deep plain "
    "wooden distant busy hidden golden careful silent tall lonely honest ancient cold gentle"
).split()


def prose(seed: int, n_sentences: int = 12) -> str:
    """A text that passes all rules, unlike those of other seeds."""
    rng = random.Random(seed)

    def thing() -> str:
        return f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"

    forms = (
        lambda: f"The {thing()} {rng.choice(VERBS)} a {thing()} with every {rng.choice(NOUNS)}.",
        lambda: f"Nobody {rng.choice(VERBS)} that {thing()} before {rng.choice(NOUNS)}s were here.",
        lambda: f"In this {rng.choice(NOUNS)} we {rng.choice(VERBS)} and {rng.choice(VERBS)} it.",
        lambda: f"Why has her {thing()} {rng.choice(VERBS)} a {rng.choice(NOUNS)} of ours?",
    )
    sentences = [rng.choice(forms)() for _ in range(n_sentences)]
    return "\n".join(" ".join(sentences[i : i + 3]) for i in range(0, n_sentences, 3))


def html(text: str) -> bytes:
    """A page with this text as its article."""
    lines = "".join(f"<p>{line}</p>" for line in text.splitlines())
    head = "<head><title>A page</title></head>"
    return f"<html>{head}<body><article><h1>Title</h1>{lines}</article></body></html>".encode()


def warc(
    path: Path,
    bodies: Iterable[bytes],
    *,
    headers: Sequence[tuple[str, str]] = (),
    packed: bool = True,
) -> Path:
    """A WARC file with a response a body, each behind its request."""
    with path.open("wb") as file:
        for number, body in enumerate(bodies):
            url = f"https://pages.example.org/{number}"
            fields = [("Content-Type", "text/html; charset=utf-8"), *headers]
            answer = b"".join(f"{name}: {value}\r\n".encode() for name, value in fields)
            for kind, block in (
                ("request", b"GET / HTTP/1.1\r\n\r\n"),
                ("response", b"HTTP/1.1 200 OK\r\n" + answer + b"\r\n" + body),
            ):
                record = _record(kind, url, block)
                file.write(gzip.compress(record, 1, mtime=0) if packed else record)
    return path


def _record(kind: str, url: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def jsonl(path: Path, texts: Iterable[str]) -> Path:
    """A JSONL file with a text a line."""
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return path


def members(path: Path) -> list[int]:
    """Where the gzip members of a WARC file begin."""
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        iterator = ArchiveIterator(file)
        return [iterator.get_record_offset() for _ in iterator]


def found(path: Path) -> list[Found]:
    """All that a source yields."""
    return list(open_source(path).read())


def whys(path: Path) -> list[str]:
    """What a source says of all that it skips."""
    return [one.why for one in found(path) if one.why is not None]
