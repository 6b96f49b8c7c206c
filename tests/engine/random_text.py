"""Texts that tokenizers stumble over, from a seed."""

from __future__ import annotations

import random

_STRETCHES = (
    *(
        "the ",
        "The",
        " isn't",
        "'LL",
        "'s",
        "\u2019s",
        "12",
        "3456789",
        "==",
        "://",
        "//\n",
        "aaaa",
    ),
    *("!!!", "_x", "\n", "\r\n", "\t", " ", "  ", "\u00a0", "\u2003", "\u2028", "\x85"),
    *("e\u0301", "\u0301", "Z\u0351\u0353\u0329", "ñ", "\ufb01", "\u017f", "\u0130", "\u1e9e", "½"),
    *(
        "東京",
        "日本語の",
        "한국어",
        "ไทย",
        "\u0939\u093f\u0928\u094d\u0926\u0940",
        "\u2167",
        "\u0663",
    ),
    *("\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "\u202e", "\u200d", "\ufeff"),
    *("👩\u200d👩\u200d👧", "🧑🏽\u200d🚀", "🇩🇪", "❤\ufe0f", "\U000e0067", "\U0010ffff", "\ufffd"),
    *("\x00", "\x1b[2J", "\x7f", "<|endoftext|>", "<|im_start|>", "<|bos|>", "<|"),
)


def random_texts(n: int, seed: int) -> list[str]:
    """Texts of 0 to some 60 characters, a few with thousands of one in a row; no surrogates."""
    rng = random.Random(seed)
    return [_long_run(rng) if i % 500 == 0 else _text(rng) for i in range(n)]


def _text(rng: random.Random) -> str:
    return "".join(
        rng.choice(_STRETCHES) if rng.random() < 0.7 else _any_character(rng)
        for _ in range(rng.randrange(24))
    )


def _long_run(rng: random.Random) -> str:
    return _text(rng) + rng.choice(" \n\ta\u3000") * rng.randrange(1000, 4000) + _text(rng)


def _any_character(rng: random.Random) -> str:
    """Of any plane alike, or any at all; never half of a surrogate pair."""
    code = rng.randrange(rng.choice((0x80, 0x800, 0xD800, 0x110000)))
    return chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"
