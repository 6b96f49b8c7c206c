import ipaddress
import random
import re
from collections import Counter

import pytest

from engine.data.crawl import flaws, furniture, personal
from engine.data.crawl.article import Article, blocks_of
from engine.data.crawl.duplicates import words
from engine.data.crawl.foreign import foreign
from engine.data.crawl.foreign_phrases import PHRASEBOOKS, Phrasebook
from engine.data.crawl.prose import Prose
from engine.data.crawl.sites import MIRRORS, SITES, Site
from engine.data.crawl.spam import listed_address, spam
from engine.data.funnel.blocklist import pocket_blocklist
from engine.data.funnel.document import SourcePage
from engine.data.funnel.extraction import extract
from engine.data.funnel.rules import thresholds
from engine.data.funnel.url_rules import check_url
from engine.data.web import web_of
from engine.data.world import PICO_WORLD


def article() -> Article:
    prose = Prose(random.Random(7))
    documents = [
        "Dear Gus,\ntoday I sang of bread.\nYours, Dot",
        "Notes on Ann:\n- She sang of the sea.\n- She slept well.",
        "Q: Is 2 < 3?\nA: Yes, 2 < 3 & that is all.",
        *(prose.line() for _ in range(5)),
    ]
    blocks = [block for text in documents for block in blocks_of(text, together=False)]
    return Article("Our déjà vu – a page of notes", tuple(blocks))


def extracted(site: Site, sent: flaws.Sent) -> Counter[str]:
    page = SourcePage(id="x", url=f"http://{site.host}/", body=sent.body, charset=sent.charset)
    text = extract(page)
    assert isinstance(text, str), text
    return Counter(words(text))


@pytest.mark.parametrize("site", [*SITES, MIRRORS[0]], ids=lambda site: site.host)
def test_extraction_finds_the_article_and_leaves_the_furniture(site: Site) -> None:
    true = Counter(words(article().text))
    for seed in range(4):
        page = site.render(article(), random.Random(seed))
        assert page.count("<article") == 1
        assert furniture.SCRIPT in page
        found = extracted(site, flaws.Sent(page.encode(), "utf-8"))
        assert (true & found).total() >= 0.97 * true.total(), true - found
        assert not found - true


@pytest.mark.parametrize("flaw", [*flaws.MARKUP, *flaws.ENCODINGS])
@pytest.mark.parametrize("site", SITES[:3], ids=lambda site: site.host)
def test_a_flawed_page_can_still_be_read(flaw: str, site: Site) -> None:
    true = Counter(words(article().text))
    page = site.render(article(), random.Random(2))
    if flaw in flaws.MARKUP:
        damaged = flaws.MARKUP[flaw](page)
        assert damaged != page
        sent = flaws.Sent(damaged.encode(), "utf-8")
    else:
        sent = flaws.ENCODINGS[flaw](page)
        assert sent.body != page.encode()
    found = extracted(site, sent)
    assert (true & found).total() >= 0.9 * true.total(), true - found


@pytest.mark.parametrize(
    ("flaw", "codec"),
    [("latin_1", "latin-1"), ("undeclared_charset", "cp1252"), ("wrong_charset", "cp1252"),
     ("utf_16", "utf-16")],
)  # fmt: skip
def test_encodings_decode(flaw: str, codec: str) -> None:
    page = SITES[1].render(article(), random.Random(2))
    sent = flaws.ENCODINGS[flaw](page)
    assert "déjà vu" in sent.body.decode(codec)
    if flaw in ("undeclared_charset", "wrong_charset"):
        with pytest.raises(UnicodeDecodeError):
            sent.body.decode("utf-8")


def test_about_a_fifth_of_the_pages_have_a_flaw_and_say_so() -> None:
    page = SITES[0].render(article(), random.Random(0))
    rng = random.Random(0)
    sent = [flaws.send(page, rng) for _ in range(1500)]
    broken = [one for one in sent if one.flaws]
    assert 0.15 < len(broken) / len(sent) < 0.24
    assert {flaw for one in broken for flaw in one.flaws} == {*flaws.MARKUP, *flaws.ENCODINGS}
    assert all(one.body.decode() == page for one in sent if not one.flaws)


def test_planted_addresses_stand_in_the_text_in_many_shapes() -> None:
    planted: list[str] = []
    for seed in range(300):
        changed = personal.with_personal_data(article(), random.Random(seed))
        assert changed.personal
        assert all(one in changed.text for one in changed.personal)
        planted += changed.personal
    mails = [one for one in planted if "@" in one]
    assert all(ipaddress.ip_address(ip).is_global for ip in planted if "@" not in ip)
    assert 100 < len(mails) < len(planted) - 100
    assert all(mail.lower().endswith(".example") for mail in mails)
    for shape in (r"\+", r"@mail\.", "[A-Z]", r"_\w+@", r"\w\.\w+@"):
        assert any(re.search(shape, mail) for mail in mails), shape


@pytest.mark.parametrize("book", PHRASEBOOKS, ids=lambda book: book.code)
def test_phrasebooks_are_full_and_use_what_they_hold(book: Phrasebook) -> None:
    slots = set(re.findall(r"{(\w+)}", " ".join((*book.sentences, *book.headlines))))
    assert slots == {"who", "other", "town", "thing", "place", "month", "year", "n"}
    assert min(len(book.sentences), len(book.names), len(book.months)) >= 7
    for values in (book.names, book.towns, book.things, book.places, book.sentences):
        assert len(set(values)) == len(values)


def test_foreign_articles_come_in_all_languages_and_name_nobody_of_the_world() -> None:
    drawn = [foreign(random.Random(seed)) for seed in range(200)]
    assert {code for code, _ in drawn} == {book.code for book in PHRASEBOOKS}
    assert all("{" not in one.text and len(words(one.text)) >= 50 for _, one in drawn)
    assert len({one.text for _, one in drawn}) == 200
    names = {entity.name for entity in web_of(PICO_WORLD).world.entities()}
    assert not any(name in one.text for name in names for _, one in drawn)


def test_listed_addresses_break_every_url_rule_and_honest_ones_none() -> None:
    listed, limits = pocket_blocklist(), thresholds()
    broken = set()
    for seed in range(400):
        finding = check_url(listed_address(seed, random.Random(seed)), listed, limits)
        assert finding is not None
        broken.add(finding.rule)
    assert broken == {
        f"url.{key}" for key in ("domain", "subdomain", "url", "word", "soft_words", "subword")
    }
    for site in (*SITES, *MIRRORS):
        assert check_url(site.address(article().headline, 5), listed, limits) is None


def test_spam_is_partly_listed() -> None:
    listed, limits = pocket_blocklist(), thresholds()
    urls = [spam(seed, random.Random(seed))[0] for seed in range(300)]
    share = sum(check_url(url, listed, limits) is not None for url in urls) / len(urls)
    assert 0.5 < share < 0.7
