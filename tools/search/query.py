"""A question in anybody's words made into one that SQLite's full-text search (FTS5) understands.

Words that begin with a capital are names: a result must hold them all, and those that stand next
to each other must stand so in the result too. So a search for somebody of whom no page tells finds
nothing, where a search engine would show somebody else. All other words rank.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_TERMS = 32
"""More words than this are not looked at."""

_STOP_WORDS = frozenset(
    "a about all also an and any are as at be been but by can could did do does for from give had "
    "has have he her him his how i if in into is it its know like me my name of on one or our "
    "please remember say she so some tell than that the their them there they this to us was we "
    "were what when where which who whom whose why with would you your".split()
)

# What a question asks for and the words in which an English text is likely to tell it. It only
# ranks: no word of it makes a page a result or keeps one out.
_RELATED = tuple(
    frozenset(words.split())
    for words in (
        "birthplace birth born native hails comes",
        "occupation job profession trade worked earned became",
        "school education educated studied attended student",
        "residence home house lived settled moved",
        "hobby pastime loved enjoyed fond liked",
        "author writer wrote written",
        "inventor inventors invented invention built",
        "source rises begins spring",
        "product products known famous make",
    )
)
_RELATED_WORDS = frozenset[str]().union(*_RELATED)

_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
_WORD = re.compile(r"[^\W_]+")
# What may stand between two words of one name: "Anne-Marie O'Neil", "J. R. Hartley".
_WITHIN_NAME = re.compile(r"[\s.'’-]*")

_OPENING = re.compile(r"\W*([^\W_]+)\s+of\b")


@dataclass(frozen=True, slots=True)
class Query:
    """A question taken apart."""

    names: tuple[tuple[str, ...], ...]
    """Runs of words that a result must hold."""
    words: tuple[str, ...]
    """Words that rank results; without names a result holds one of them at least."""

    @property
    def fts(self) -> str:
        """The FTS5 expression, every term in quotes; empty where nothing can be looked for."""
        names = [_quoted(" ".join(name)) for name in self.names]
        ranking = " OR ".join([*names, *(_quoted(word) for word in self.words)])
        return " AND ".join([*names, f"({ranking})"]) if names else ranking

    def held_by(self, text: str) -> bool:
        """Whether ``text`` holds every name letter by letter: FTS5 compares stems, and to it
        "Norley" and "Norleys" are one.
        """
        if not self.names:
            return True
        words = f" {' '.join(folded_words(text))} "
        return all(f" {' '.join(folded_words(' '.join(name)))} " in words for name in self.names)


def parse_query(text: str) -> Query:
    """Take a question apart. Any text will do; one without a word that means anything comes to a
    query whose ``fts`` is empty.
    """
    text = _POSSESSIVE.sub(" ", unicodedata.normalize("NFC", text))
    # Where all is capitals, or every letter is of a script without them, case says nothing.
    shouted = not any(c.islower() for c in text)
    names: list[list[str]] = []
    words: dict[str, None] = {}
    name_ended_at: int | None = None
    for count, match in enumerate(_WORD.finditer(text)):
        if count >= MAX_TERMS:
            break
        word, folded = match[0], match[0].casefold()
        is_name = (
            word[0].isupper()
            and not shouted
            and folded not in _STOP_WORDS
            and folded not in _RELATED_WORDS
        )
        if not is_name:
            if folded not in _STOP_WORDS:
                words[folded] = None
            continue
        gap = "," if name_ended_at is None else text[name_ended_at : match.start()]
        if _WITHIN_NAME.fullmatch(gap):
            names[-1].append(word)
        else:
            names.append([word])
        name_ended_at = match.end()
    if _opens_a_sentence(text, names):
        words[names.pop(0)[0].casefold()] = None
    # Without a name every word makes a page a result, so none is added that was not asked for.
    ranking = _with_related(words) if names else tuple(words)
    return Query(tuple(dict.fromkeys(tuple(name) for name in names)), ranking)


def folded_words(text: str) -> list[str]:
    """The words of ``text`` without case, accents and possessives, to compare by."""
    decomposed = unicodedata.normalize("NFKD", _POSSESSIVE.sub(" ", text)).casefold()
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


def _opens_a_sentence(text: str, names: list[list[str]]) -> bool:
    """Whether the first word has its capital from standing first: "Pottery of Orson Kovats"."""
    opening = _OPENING.match(text)
    return len(names) > 1 and opening is not None and names[0] == [opening[1]]


def _with_related(words: dict[str, None]) -> tuple[str, ...]:
    related = {
        other: None
        for word in words
        for group in _RELATED
        if word in group
        for other in sorted(group)
    }
    return tuple(words | related)


def _quoted(term: str) -> str:
    # Terms are letters and digits only, so there is no quote to double.
    return f'"{term}"'
