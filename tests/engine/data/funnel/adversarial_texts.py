"""Texts that break every rule of the funnel, most of them narrowly, from one seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from engine.data.web import web_of
from engine.data.world import PICO_WORLD

Change = Callable[[random.Random, list[str]], list[str]]
"""Lines of an honest page to lines of a worse one."""

_PROSE = ("encyclopedia", "news", "letter", "tale", "story", "reading", "notes", "faq")
_STRANGE = "\x00\x0b\x0c\x1c\x85\xa0\u2028\u200b\u0301éßЖ中。！؟•–“”’‘…{[#\t\r"


def texts(n: int, seed: int = 7) -> list[str]:
    """``n`` different texts, none of them blank."""
    rng = random.Random(seed)
    prose = [page.text for page in web_of(PICO_WORLD).pages if page.kind in _PROSE]
    found: dict[str, None] = {}
    while len(found) < n:
        lines = "\n".join(rng.sample(prose, rng.randint(1, 8))).split("\n")
        lines = [line for line in lines if line]
        for change in rng.choices(CHANGES, k=rng.choice((0, 1, 1, 1, 2, 3))):
            lines = change(rng, lines)
        text = rng.choice(("\n", "\n", "\n", "\n\n")).join(lines)
        if text.strip():
            found[text] = None
    return list(found)


def _repeat_any(rng: random.Random, lines: list[str]) -> list[str]:
    return rng.choices(lines, k=rng.randint(len(lines), 2 * len(lines) + 1))


def _repeat_longest(rng: random.Random, lines: list[str]) -> list[str]:
    """Few lines, but many characters."""
    return [*lines, *[max(lines, key=len)] * rng.randint(1, 3)]


def _repeat_paragraph(rng: random.Random, lines: list[str]) -> list[str]:
    block = lines[: rng.randint(1, 4)]
    return [*lines, "", *block, "", *block, "", *lines[-2:]]


def _copy_passage(rng: random.Random, lines: list[str]) -> list[str]:
    """From a tenth of the page on, where one rule on n-grams after the other breaks."""
    words = " ".join(lines).split()
    if rng.random() < 0.5:  # so that nothing else is repeated
        rng.shuffle(words)
    length = max(5, int(len(words) * rng.uniform(0.1, 0.18)))
    start = rng.randint(0, max(0, len(words) - length))
    return _wrapped([*words, *words[start : start + length]], rng.randint(7, 19))


def _phrase_again(rng: random.Random, lines: list[str]) -> list[str]:
    """Two to four words so often that they are a good share of the page."""
    words = " ".join(lines).split()
    n = rng.randint(2, 4)
    start = rng.randint(0, max(0, len(words) - n))
    phrase = words[start : start + n]
    for _ in range(int(len(words) * rng.uniform(0.03, 0.12))):
        words[(at := rng.randint(0, len(words))) : at] = phrase
    return _wrapped(words, 12)


def _all_different(rng: random.Random, lines: list[str]) -> list[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    length = rng.choice((1, 2, 3, 8, 11, 14))
    made = ["".join(rng.choices(letters, k=length)) for _ in range(rng.randint(40, 150))]
    stops = rng.sample(("the", "of", "and", "that", "to"), rng.randint(0, 3))
    return [f"{line}." for line in _wrapped(made + stops, 9)]


def _two_long_words(rng: random.Random, lines: list[str]) -> list[str]:
    """A line: long enough, but with few words to its line end."""
    words = [word for word in " ".join(lines).split() if word.isalpha()]
    joined = ["".join(some) for some in zip(words, words[1:], words[2:], strict=False)]
    lines = [f"{line}." for line in _wrapped(joined, 2)]
    return [line for line in lines if rng.random() < 0.4 or len(line) > 30]


def _few_words(rng: random.Random, lines: list[str]) -> list[str]:
    return _wrapped(" ".join(lines).split()[: rng.randint(35, 60)], 10)


def _scattered(*marks: str) -> Change:
    def change(rng: random.Random, lines: list[str]) -> list[str]:
        words = " ".join(lines).split()
        for _ in range(int(len(words) * rng.uniform(0.03, 0.2))):
            words.insert(rng.randint(0, len(words)), rng.choice(marks))
        return _wrapped(words, 14)

    return change


def _numbers(rng: random.Random, lines: list[str]) -> list[str]:
    words = " ".join(lines).split()
    for _ in range(int(len(words) * rng.uniform(0.05, 0.3))):
        words.insert(rng.randint(0, len(words)), str(rng.randint(0, 99_999)))
    return _wrapped(words, 11)


def _each(before: str, after: str) -> Change:
    def change(rng: random.Random, lines: list[str]) -> list[str]:
        share = rng.choice((0.25, 0.35, 0.85, 0.95, 1.0))
        return [f"{before}{line}{after}" if rng.random() < share else line for line in lines]

    return change


def _no_stop_words(rng: random.Random, lines: list[str]) -> list[str]:
    gone = {"the", "be", "to", "of", "and", "that", "have", "with"} - {rng.choice(("the", "of"))}
    return [" ".join(word for word in line.split() if word not in gone) for line in lines]


def _few_ends(rng: random.Random, lines: list[str]) -> list[str]:
    share, end = rng.choice((0.8, 0.9, 1.0)), rng.choice((".", "!", "?", "。", "…", ";"))
    return [f"{line.rstrip('.?!')}{'' if rng.random() < share else end}" for line in lines]


def _short_lines(rng: random.Random, lines: list[str]) -> list[str]:
    return _wrapped(" ".join(lines).split(), rng.randint(2, 6))


def _with_line(*candidates: str) -> Change:
    def change(rng: random.Random, lines: list[str]) -> list[str]:
        lines = list(lines)
        for _ in range(rng.randint(1, 3)):
            lines.insert(rng.randint(0, len(lines)), rng.choice(candidates))
        return lines

    return change


def _few_sentences(rng: random.Random, lines: list[str]) -> list[str]:
    text = " ".join(lines).replace(".", ",").replace("?", ",").replace("!", ";")
    ended = "".join(f"{part}. " for part in text.split(",", rng.randint(2, 6)))
    return _wrapped(ended.split(), 16)


def _strange(rng: random.Random, lines: list[str]) -> list[str]:
    text = list("\n".join(lines))
    for _ in range(rng.randint(1, 25)):
        text.insert(rng.randint(0, len(text)), rng.choice(_STRANGE))
    return "".join(text).split("\n")


def _wrapped(words: list[str], width: int) -> list[str]:
    return [" ".join(words[start : start + width]) for start in range(0, len(words), width)]


CHANGES: tuple[Change, ...] = (
    _repeat_any,
    _repeat_longest,
    _repeat_longest,
    *[_repeat_paragraph] * 3,
    *[_copy_passage] * 30,
    *[_phrase_again] * 4,
    *[_all_different] * 4,
    *[_two_long_words] * 4,
    _few_words,
    _scattered("#", "##", "#tag"),
    _scattered("...", "…", "well..."),
    _numbers,
    _each("- ", ""),
    _each(" • ", ""),
    _each("", " ..."),
    _each("", "…"),
    _no_stop_words,
    *[_few_ends] * 3,
    _short_lines,
    _with_line("Lorem ipsum dolor sit amet.", "The {curly} one of them.", "{ }", "if (x) { y; }"),
    _with_line("Please turn on JavaScript to go on.", "We use cookies on this site.", "Two words"),
    _with_line("See the Privacy Policy of the mill.", f"a {'x' * 1001} z", "It rained.[1][edit]"),
    _few_sentences,
    _strange,
)
