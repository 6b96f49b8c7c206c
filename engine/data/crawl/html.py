"""From an article to HTML."""

from __future__ import annotations

from html import escape
from itertools import groupby

from engine.data.crawl.article import Article, Block


def text(value: str) -> str:
    """``value`` as text inside an element."""
    return escape(value, quote=False)


def link(address: str, words: str) -> str:
    """A link with a text."""
    return f'<a href="{escape(address)}">{text(words)}</a>'


def links(words: tuple[str, ...]) -> str:
    """List items, a link each."""
    return "".join(f"<li>{link('/' + word.lower().replace(' ', '-'), word)}</li>" for word in words)


def block(value: Block) -> str:
    """One element."""
    inner = "<br>\n".join(text(line) for line in value.lines)
    if value.tag == "pre":
        inner = inner.replace("<br>\n", "\n")
    return f"<{value.tag}>{inner}</{value.tag}>"


def body(article: Article) -> str:
    """Everything below the headline; list items that follow each other make one list."""
    parts = []
    for is_list, group in groupby(article.blocks, lambda item: item.tag == "li"):
        inner = "\n".join(block(item) for item in group)
        parts.append(f"<ul>\n{inner}\n</ul>" if is_list else inner)
    return "\n".join(parts)
