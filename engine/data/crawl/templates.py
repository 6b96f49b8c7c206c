"""One template a site: the ways in which real pages wrap an article."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.data.crawl import furniture, html
from engine.data.crawl.article import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What a template fills in."""

    host: str
    article: Article
    rng: random.Random

    @property
    def headline(self) -> str:
        """Escaped."""
        return html.text(self.article.headline)

    @property
    def body(self) -> str:
        """The article's elements."""
        return html.body(self.article)

    def pick(self, choices: tuple[str, ...]) -> str:
        """One of the sentences, escaped."""
        return html.text(self.rng.choice(choices))

    def menu(self) -> str:
        """List items of a menu."""
        return html.links(self.rng.choice(furniture.MENUS))


def document(frame: Frame, inner: str) -> str:
    """Head and body around ``inner``."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{frame.headline} | {frame.host}</title>\n"
        f"<style>{furniture.STYLE}</style>\n<script>{furniture.SCRIPT}</script>\n"
        f"</head>\n<body>\n{inner}\n</body>\n</html>\n"
    )


def encyclopedia(frame: Frame) -> str:
    """A wiki: side menu, the article, categories."""
    return document(
        frame,
        f'<div id="page"><nav id="side" class="sidebar"><ul>{frame.menu()}</ul></nav>\n'
        f'<main id="content"><article><h1>{frame.headline}</h1>\n{frame.body}\n</article></main>\n'
        f'<div id="catlinks" class="navigation">Categories: <ul>{frame.menu()}</ul></div>\n'
        f'<footer id="footer">{frame.pick(furniture.FOOTERS)}</footer></div>',
    )


def newspaper(frame: Frame) -> str:
    """A newspaper: cookie banner, adverts beside the article, teasers, comments."""
    said = "".join(
        f'<div class="comment"><b>{html.text(who)}</b><p>{html.text(what)}</p></div>'
        for who, what in furniture.comments(frame.rng, 4)
    )
    return document(
        frame,
        f'<div id="cookies" class="cookie-banner">{frame.pick(furniture.BANNERS)}</div>\n'
        f"<header><nav><ul>{frame.menu()}</ul></nav></header>\n"
        f'<main><article class="story"><h1>{frame.headline}</h1>\n{frame.body}\n</article></main>\n'
        f'<aside class="ad advertisement"><p>{frame.pick(furniture.ADVERTS)}</p></aside>\n'
        f'<aside class="related"><h3>Read next</h3><ul>{furniture.teasers(frame.rng, 4)}</ul>'
        f'</aside>\n<section id="comments" class="comments"><h3>Comments</h3>{said}</section>\n'
        f"<footer>{frame.pick(furniture.FOOTERS)}</footer>",
    )


def school(frame: Frame) -> str:
    """A school's site from another century: the layout is a table."""
    return document(
        frame,
        f'<table width="100%" border="0"><tr><td class="nav" colspan="2"><ul>{frame.menu()}</ul>'
        f'</td></tr>\n<tr><td class="sidebar"><ul>{furniture.teasers(frame.rng, 3)}</ul></td>\n'
        f"<td><main><article><h1>{frame.headline}</h1>\n{frame.body}\n</article></main></td></tr>\n"
        f'<tr><td class="footer" colspan="2">{frame.pick(furniture.FOOTERS)}</td></tr></table>',
    )


def stories(frame: Frame) -> str:
    """A story site: little around the text, a sharing bar, a newsletter form."""
    return document(
        frame,
        f'<div class="topbar navbar"><ul>{frame.menu()}</ul></div>\n'
        f'<div class="wrapper"><article class="post-content"><h1>{frame.headline}</h1>\n'
        f"{frame.body}\n</article>\n"
        '<div class="share social-share"><ul><li><a href="#">Share</a></li>'
        '<li><a href="#">Pin</a></li><li><a href="#">Send</a></li></ul></div>\n'
        '<form class="newsletter"><label>Get a story every week</label><input name="mail">'
        "<button>Subscribe</button></form></div>\n"
        f'<div class="footer" id="footer"><p>{frame.pick(furniture.FOOTERS)}</p></div>',
    )


def forum(frame: Frame) -> str:
    """A forum: the first post is the article, the answers are remarks."""
    said = "".join(
        f'<li class="comment reply"><span class="author">{html.text(who)}</span> '
        f"<p>{html.text(what)}</p></li>"
        for who, what in furniture.comments(frame.rng, 6)
    )
    return document(
        frame,
        f'<header class="site-header"><nav><ul>{frame.menu()}</ul></nav></header>\n'
        f'<main><article class="post"><h1>{frame.headline}</h1>\n'
        f'<div class="entry-content">\n{frame.body}\n</div></article></main>\n'
        f'<div id="comments"><ol class="commentlist">{said}</ol></div>\n'
        f'<div class="cookie-notice" role="dialog">{frame.pick(furniture.BANNERS)}</div>\n'
        f"<footer>{frame.pick(furniture.FOOTERS)}</footer>",
    )


def almanac(frame: Frame) -> str:
    """An almanac: an advert above, a calendar as a table beside the article."""
    days = "".join(f"<td>{day}</td>" for day in range(1, 8))
    return document(
        frame,
        f'<div class="ad banner-ad">{frame.pick(furniture.ADVERTS)}</div>\n'
        f'<nav class="menu"><ul>{frame.menu()}</ul></nav>\n'
        f'<section class="main"><article><h1>{frame.headline}</h1>\n{frame.body}\n'
        "</article></section>\n"
        f'<aside class="sidebar widget"><table><tr>{days}</tr></table></aside>\n'
        f"<footer>{frame.pick(furniture.FOOTERS)}</footer>",
    )


def notebook(frame: Frame) -> str:
    """Somebody's notebook: tags and older entries below."""
    return document(
        frame,
        f'<div id="header"><ul class="menu">{frame.menu()}</ul></div>\n'
        f'<div id="main"><article class="entry"><h1>{frame.headline}</h1>\n{frame.body}\n'
        f'</article></div>\n<div class="tags"><ul>{frame.menu()}</ul></div>\n'
        f'<aside id="older" class="sidebar"><h4>Older notes</h4>'
        f"<ul>{furniture.teasers(frame.rng, 5)}</ul></aside>\n"
        f'<footer class="footer">{frame.pick(furniture.FOOTERS)}</footer>',
    )


def mirror(frame: Frame) -> str:
    """A site of copied pages: adverts above and below."""
    return document(
        frame,
        f'<div class="ads">{frame.pick(furniture.ADVERTS)}</div>\n'
        f"<main><article><h1>{frame.headline}</h1>\n{frame.body}\n</article></main>\n"
        f'<div class="ads">{frame.pick(furniture.ADVERTS)}</div>\n'
        f'<div class="related-links"><ul>{furniture.teasers(frame.rng, 6)}</ul></div>',
    )
