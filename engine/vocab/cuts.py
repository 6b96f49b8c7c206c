"""Where a text can be cut so that its parts, encoded alone, give the tokens of the whole.

Byte-level BPE splits text by a pattern first and merges bytes within the splits only, so what
matters is where a split ends whatever stands on either side. The patterns of the families that are
known here (the lab's, GPT-2's, GPT-4's, GPT-4o's, and those that Llama 3, Qwen and SmolLM took from
them) look behind nothing and ahead at nothing but the character after white space. They share:

- a blank, U+0020, is the first character of a split or stands behind white space. So a split ends
  between a character that is no white space and a blank;
- behind a letter stand only letters and marks, and an apostrophe with its ending (``'ll``); behind
  a digit only digits. So a split ends between a letter and any of ``_AFTER_LETTER`` or a digit, and
  between a digit and those or a letter.

In each case the part on the left ends in no white space, so the one look ahead, ``\\s+(?!\\S)`` and
its like, sees the same with and without the part on the right; and the part on the right begins
where a split begins. Characters are taken for letters only where every version of Unicode agrees.
Normalization (NFC) joins nothing across such a cut either: no character on the right of one is ever
combined with what stands before it.
"""

from __future__ import annotations

import re

from engine.gguf_vocabulary import is_known_splitter
from engine.tokenizer import Tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.lent import LentTokenizer
from engine.vocab.published import PublishedTokenizer

_PUBLISHED = frozenset(
    ("gpt2", "r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony")
)
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿа-яА-Яぁ-ゖァ-ヺ一-龥가-힣"
_DIGIT = "0-9"
_AFTER_LETTER = r'\t\n\r !"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~，。、！？；：（）「」『』《》“”…'
"""White space and signs of which no pattern takes one for a part of a word."""
_CUT = re.compile(
    rf"(?<=\S)(?= )|(?<=[{_LETTER}])(?=[{_AFTER_LETTER}{_DIGIT}])"
    rf"|(?<=[{_DIGIT}])(?=[{_AFTER_LETTER}{_LETTER}])"
)
_WINDOW = 256
"""How many characters are looked at when going back to a cut; then eight times as many."""


def why_uncut(tokenizer: AnyTokenizer) -> str | None:
    """Why texts of this tokenizer cannot be cut; None: they can."""
    match tokenizer:
        case Tokenizer():
            return None
        case LentTokenizer():
            return tokenizer.why_whole
        case PublishedTokenizer():
            known = tokenizer.name in _PUBLISHED
        case ImportedTokenizer():
            if tokenizer.normalizer not in (None, {"type": "NFC"}):
                return "It rewrites text in a way that is not known to stay within a word."
            known = is_known_splitter(tokenizer.pre_tokenizer)
        case _:
            known = False
    return None if known else "It splits text by a pattern that is not known here."


def cut_before(text: str, at: int) -> int:
    """The last cut at or before ``at``, or 0."""
    reach = _WINDOW
    while True:
        begin = max(0, at - reach)
        last = 0
        for found in _CUT.finditer(text, begin, at + 1):
            last = found.start()
        if last or not begin:
            return min(last, at)
        reach *= 8


def cut_after(text: str, at: int) -> int:
    """The first cut at or after ``at``, or the end of the text."""
    found = _CUT.search(text, at)
    return found.start() if found else len(text)
