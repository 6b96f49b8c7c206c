"""What stands on the table at the start, and what else is worth a look."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Example(NamedTuple):
    """A text, and what there is to see in it."""

    shows: str
    text: str = ""
    make: Callable[[], str] | None = None
    """Writes the text where it is long; for a thread."""


def small_web() -> str:
    """The pages of a small pocket web, 200 kB."""
    from engine.data.web import web_of
    from engine.data.world import PICO_WORLD

    return "\n\n".join(page.text for page in web_of(PICO_WORLD).pages)


PAGE = """Mira Veklon

Mira Veklon was born in 1843. She made her home in Redbury. Mira Veklon was born in Dunbury. \
Mira Veklon received her education at Ivydale Institute. She became a clockmaker. Mira Veklon was \
happiest when collecting feathers.
"""
"""A page of the shipped pocket web."""

LECTURE = """hello world, hello  world, helloworld, Hello World, HELLO WORLD
How many r are there in strawberry? Which is larger, 9.11 or 9.9? 127 + 677 = 804
"""
"""As in Karpathy's "Deep Dive into LLMs like ChatGPT": blanks, case, letters, digits."""

SCRIPTS = """Größe, naïve, cafe\u0301, 你好，世界, こんにちは, 안녕하세요, नमस्ते, שלום, مرحبا
👍🏽 👩\u200d🚀 🇩🇪 ❤\ufe0f 𝔘𝔫𝔦𝔠𝔬𝔡𝔢
"""

CODE = """def letters(word: str, letter: str) -> int:
    count = 0
    for each in word:
        if each == letter:
            count += 1
    return count


if __name__ == "__main__":
\tprint(letters("strawberry", "r"))
"""

MARKS = """<|im_start|>user<|im_sep|>What is 2+2?<|im_end|>
<|user_start|>I am only text: no string ever becomes a special token.<|user_end|>
"""

EXAMPLES = (
    Example("a page of the pocket web, the lecture's examples and other scripts",
            "\n".join((PAGE, LECTURE, SCRIPTS))),
    Example("blanks, case, digits: the lecture's examples", LECTURE),
    Example("scripts, accents, emoji, flags: what is one character and several tokens", SCRIPTS),
    Example("1,000 pages of a small pocket web: scroll, or train on them", make=small_web),
    Example("code: what indentation costs", CODE),
    Example("names of special tokens, typed: they stay text", MARKS),
    Example("nothing: type or paste your own"),
)  # fmt: skip
