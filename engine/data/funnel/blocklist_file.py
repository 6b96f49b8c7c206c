"""Blocklists out of files, and which one a run judges by."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields
from pathlib import Path

from engine.data.funnel.blocklist import pocket_blocklist
from engine.data.funnel.plan import ListFile, Plan
from engine.data.funnel.url_rules import Blocklist
from engine.errors import DataError

LISTS = tuple(field.name for field in fields(Blocklist))
_DOMAIN = re.compile(r"[^\s/:@]+")
_URL = re.compile(r"\S+")
_WORD = re.compile("[a-z0-9]+")
_ENTRY = {"domains": _DOMAIN, "hosts": _DOMAIN, "urls": _URL}
"""What an entry of a list looks like; of the others, which hold words, ``_WORD``."""


def list_file(path: Path) -> ListFile:
    """The blocklist at ``path`` as a plan names it.

    Raises:
        DataError: it cannot be read, or is no blocklist.
    """
    data = _bytes(path)
    _parsed(path, data)
    return ListFile(path=str(path.absolute()), sha256=hashlib.sha256(data).hexdigest())


def blocklist_of(plan: Plan) -> Blocklist:
    """What the run with this plan judges addresses by.

    Raises:
        DataError: its file is gone, or is another one than when the run was planned.
    """
    match plan.blocklist:
        case "pocket":
            return pocket_blocklist()
        case "none":
            return Blocklist()
        case ListFile(path=path, sha256=sha256):
            data = _bytes(Path(path))
            if hashlib.sha256(data).hexdigest() != sha256:
                raise DataError(
                    f"The blocklist {path} has changed since this run began, so what is left of it "
                    "would not fit what is done. Put back what was there, or start a new run."
                )
            return _parsed(Path(path), data)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"The blocklist {path} cannot be read ({error.strerror}). Give a file that can."
        ) from error


def _parsed(path: Path, data: bytes) -> Blocklist:
    """JSON with any of ``LISTS``, or text with a domain a line."""
    try:
        text = data.decode("utf-8-sig")
        given = json.loads(text) if text.lstrip()[:1] in ("{", "[") else {"domains": _lines(text)}
    except (ValueError, RecursionError) as error:
        raise _no_blocklist(path, f"it is neither JSON nor text: {error}") from error
    if not isinstance(given, dict):
        raise _no_blocklist(path, "its JSON is no object")
    lists = {}
    for name, entries in given.items():
        if name not in LISTS:
            raise _no_blocklist(path, f"{name!r} is none of the lists {', '.join(LISTS)}")
        if not isinstance(entries, list):
            raise _no_blocklist(path, f"{name} is no list")
        lists[name] = frozenset(_entry(path, name, entry) for entry in entries)
    return Blocklist(**lists)


def _lines(text: str) -> list[str]:
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _entry(path: Path, name: str, entry: object) -> str:
    lowered = entry.strip().lower() if isinstance(entry, str) else ""
    if not _ENTRY.get(name, _WORD).fullmatch(lowered):  # it would block nothing, without a word
        raise _no_blocklist(path, f"{str(entry)[:80]!r} cannot stand among its {name}")
    return lowered


def _no_blocklist(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} is no blocklist: {why}. Give a domain a line, or JSON such as "
        '{"domains": ["example.org"], "words": ["casino"]}.'
    )
