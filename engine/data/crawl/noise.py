"""Pages with words but nothing said: gibberish, boilerplate, repetition, code."""

from __future__ import annotations

import random
import string

from engine.data.crawl import furniture
from engine.data.crawl.article import Article, Block, paragraphs
from engine.data.crawl.prose import Prose
from engine.data.lexicon import COMMON_WORDS, FRIENDS, THINGS

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LATIN = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut "
    "labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris "
    "nisi aliquip ex ea commodo consequat"
).split()
_POLICY = (
    "This privacy policy explains what the {word} at {host} keeps about you for {n} days.",
    "By opening the {word} page you agree to the terms of use of {host}.",
    "{host} uses cookies to remember your {word} for {n} days.",
    "Our cookie policy lists all {n} partners who measure every {word} that you read.",
    "You may object to the use of cookies by sending {n} copies of the {word} form to {host}.",
    "The terms of use may change at any time and the {word} will not tell you about it.",
    "Under this privacy policy your {word} may be stored in {n} countries.",
    "We use cookies so that the {word} team can show you {n} offers that fit you.",
)


def _mashed(rng: random.Random) -> str:
    row = rng.choice(_ROWS)
    return "".join(rng.choice(row) for _ in range(rng.randint(3, 9)))


def _random_word(rng: random.Random) -> str:
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(2, 11)))


def gibberish(rng: random.Random) -> Article:
    """Keyboard mash, random letters, or real words with no grammar between them."""
    word = rng.choice((_mashed, _random_word, lambda rng: rng.choice(COMMON_WORDS)))
    lines = []
    for _ in range(rng.randint(6, 14)):
        drawn = [word(rng) for _ in range(rng.randint(8, 18))]
        lines.append(f"{' '.join(drawn).capitalize()}{rng.choice('.!?')}")
    return Article(" ".join(word(rng) for _ in range(4)), paragraphs(lines))


def boilerplate(rng: random.Random) -> Article:
    """Policies, filler Latin, or a site's navigation without anything to navigate to."""
    kind = rng.choice((_policy, _filler_latin, _navigation))
    return kind(rng)


def _policy(rng: random.Random) -> Article:
    host = f"www.{rng.choice(COMMON_WORDS)}-{rng.choice(COMMON_WORDS)}.example"
    prose = Prose(rng)
    lines = [
        f"{prose.line()}. "
        + rng.choice(_POLICY).format(
            host=host, word=rng.choice(COMMON_WORDS), n=rng.randint(2, 900)
        )
        for _ in range(rng.randint(6, 10))
    ]
    return Article("Privacy policy and terms of use", paragraphs(lines))


def _filler_latin(rng: random.Random) -> Article:
    """A template's filler alone, or left standing in a page that somebody has begun to write."""
    filler = [
        f"Lorem ipsum {' '.join(rng.choices(_LATIN, k=rng.randint(12, 40)))}."
        for _ in range(rng.randint(4, 9))
    ]
    if rng.random() < 0.5:
        prose = Prose(rng)
        filler = [prose.line() for _ in range(rng.randint(6, 9))] + filler[:1]
    return Article("A new page, coming soon", paragraphs(filler))


def _navigation(rng: random.Random) -> Article:
    items = [word for menu in rng.sample(furniture.MENUS, 3) for word in menu]
    rng.shuffle(items)
    return Article("Site map and index", tuple(Block("li", (item,)) for item in items))


def repetitive(rng: random.Random) -> Article:
    """A paragraph, a line or half a sentence, again and again."""
    who, thing = rng.choice(FRIENDS), rng.choice(THINGS)
    sentence = f"{who} put the {thing} under the {rng.choice(COMMON_WORDS)} and went home."
    other = f"Nobody knows what {rng.choice(FRIENDS)} did with the {rng.choice(THINGS)}."
    match rng.randrange(3):
        case 0:
            lines = [f"{sentence} {other}"] * rng.randint(6, 20)
        case 1:
            lines = [rng.choice((sentence, other)) for _ in range(rng.randint(12, 40))]
        case _:
            lines = [
                f"{rng.choice(FRIENDS)} said that the {thing} was under the bridge by the old mill."
                for _ in range(rng.randint(10, 30))
            ]
    return Article(f"What {who} did with the {thing}", paragraphs(lines))


def code(rng: random.Random) -> Article:
    """A listing with a few words about it, or a template that nobody filled in."""
    prose = Prose(rng)
    if rng.random() < 0.3:
        lines = [
            f"{prose.line()} {{{{ {rng.choice(THINGS)}.{rng.choice(COMMON_WORDS)} }}}}"
            for _ in range(rng.randint(6, 12))
        ]
        return Article("Thank you for your order", paragraphs(lines))
    name, other = rng.sample(COMMON_WORDS, 2)
    listing = tuple(
        f"let {rng.choice(COMMON_WORDS)} = {rng.choice(COMMON_WORDS)} => {{ "
        f"{rng.choice(COMMON_WORDS)}.{rng.choice(THINGS)}({rng.randint(2, 99)}); }}"
        for _ in range(rng.randint(2, 5))
    )
    said = [
        f"This is how the {name} is counted in the program of the {other}.",
        *(prose.line() for _ in range(rng.randint(5, 9))),
        "If it does not work, look for a bracket that was never closed.",
    ]
    blocks = paragraphs(said)
    return Article(f"How to count a {name} in a {other}", (*blocks, Block("pre", listing)))
