"""FineWeb's own rules (Penedo et al. 2024, section 3.6), as datatrove measures them.

The threshold for repeated lines is the paper's 0.1; datatrove's class has 0.01 as its default, and
its example for FineWeb sets 0.1 as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.data.funnel.finding import Measure
from engine.data.funnel.gopher_repetition import commonest_part, repeated_parts
from engine.data.funnel.words import SENTENCE_ENDS

SHORT_LINE_CHARS = 30


def measures(text: str, words: Sequence[str]) -> Iterator[Measure]:
    """Every measure, in the order of the rules.

    Args:
        text: with at least one line that is not blank.
        words: of ``text``, as ``words.words`` splits it.
    """
    lines = [line for line in text.split("\n") if line.strip()]

    ended = sum(line.endswith(SENTENCE_ENDS) for line in lines)
    yield Measure(
        "fineweb.line_punctuation",
        ended / len(lines),
        # A threshold above 1 drops pages of which every line ends a sentence.
        lambda: next((line for line in lines if not line.endswith(SENTENCE_ENDS)), text),
    )
    short = [line for line in lines if len(line) <= SHORT_LINE_CHARS]
    yield Measure("fineweb.short_lines", len(short) / len(lines), lambda: "\n".join(short))
    chars = repeated_parts(lines)[1]
    yield Measure(
        "fineweb.dup_line_chars",
        chars / len(text.replace("\n", "")),
        lambda: commonest_part(lines),
    )
    breaks = text.count("\n")
    yield Measure("fineweb.new_lines", breaks / len(words), lambda: text)
