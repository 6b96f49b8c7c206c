"""How long a key press takes to show: while all is lively, and in a long text in the token pad.

The app runs in a pseudo-terminal; a letter that stands nowhere else is typed, and the clock stops
when the terminal receives it.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from typing import Any

from tui.bench.lively import COLUMNS, PATIENCE_S, code, go_to_four_columns
from tui.bench.terminal import Terminal

WIDTH, HEIGHT = 160, 48
LIMIT_MS = 50.0
ASK_EVERY = 12
"""Key presses between two questions, about 1.2 s: an answer is 500 tokens, a context long."""
PAD_CHARACTERS = 100_000
_LETTERS = [chr(number) for number in range(0x0400, 0x0460)]
_CLEAR_LINE, _BACKSPACE = "\x15", "\x7f"
_PORTION = 1000
"""Characters of a paste at a time: a terminal holds 4 kB that nobody has read yet."""
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"
_SENTENCE = "Mira Veklon was born in Dunbury, {number} miles from here; she made clocks. "
_SENTENCES_A_PARAGRAPH = 7


def run_tui_bench(*, presses: int = 120, tokens_per_s: float = 1200.0) -> dict[str, Any]:
    """Type ``presses`` letters at irregular moments, into a prompt and into the token pad.

    Args:
        presses: how many key presses to time, of each.
        tokens_per_s: of all four streams together.

    Returns:
        ``p50_ms``, ``p95_ms``, ``max_ms``, ``within_50_ms`` (a share) of the prompt and, as
        ``pad``, of the token pad; and what was measured.

    Raises:
        LabError: the app ended, a press was never shown, or there are no pseudo-terminals.
    """
    with (
        tempfile.TemporaryDirectory(prefix="llmlab-bench-") as home,
        Terminal(
            code(tokens_per_s), width=WIDTH, height=HEIGHT, env={"LLMLAB_HOME": home}
        ) as terminal,
    ):
        go_to_four_columns(terminal)
        drawn = terminal.drain(2.0)
        prompt = _in_prompt(terminal, presses)
        _open_pad(terminal)
        pad = _in_pad(terminal, presses)
    return {
        "terminal": f"{WIDTH}x{HEIGHT}",
        "presses": presses,
        "columns": COLUMNS,
        "tokens_per_s": tokens_per_s,
        "drawn_bytes_per_s": drawn // 2,
        **prompt,
        "pad": {"characters": PAD_CHARACTERS, **pad},
    }


def _in_prompt(terminal: Terminal, presses: int) -> dict[str, float]:
    """Letters in the prompt, which is sent now and then, so that there are answers."""
    rng = random.Random(7)
    times = []
    for number in range(presses):
        if number % ASK_EVERY == 0:
            terminal.type(f"{_CLEAR_LINE}x\r")
            terminal.drain(0.3)
        letter = _LETTERS[number % len(_LETTERS)]
        times.append(_until_shown(terminal, rng, letter, letter))
    return _figures(times)


def _in_pad(terminal: Terminal, presses: int) -> dict[str, float]:
    """Letters in the pad, each taken out again; the model has bytes for them, which are shown."""
    rng = random.Random(7)
    times = []
    for number in range(presses):
        letter = _LETTERS[number % len(_LETTERS)]
        times.append(_until_shown(terminal, rng, letter, f"{letter.encode()[-1]:02x}⟩"))
        terminal.type(_BACKSPACE)
    return _figures(times)


def _until_shown(terminal: Terminal, rng: random.Random, key: str, mark: str) -> float:
    """Milliseconds from a key, pressed some time from now, until ``mark`` is drawn."""
    before = terminal.drain_clock(rng.uniform(0.05, 0.15))
    terminal.type(key)
    return (terminal.wait_for(mark, 10) - before) * 1000


def _figures(times: list[float]) -> dict[str, float]:
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1),
        "max_ms": round(times[-1], 1),
        "within_50_ms": round(sum(t <= LIMIT_MS for t in times) / len(times), 3),
    }


def _open_pad(terminal: Terminal) -> None:
    """Go to the Tokens pane, put a long text there, and stand in the middle of its beginning."""
    for _ in range(2):  # The first may only stop the answers.
        terminal.type("\x1b")
        terminal.drain(1.0)
    terminal.type("3")
    terminal.wait_for("entries", PATIENCE_S)
    sentences = (_SENTENCE.format(number=number) for number in range(1, 2000))
    text = "".join(
        sentence + "\n\n" * (number % _SENTENCES_A_PARAGRAPH == 0)
        for number, sentence in enumerate(sentences)
    )[:PAD_CHARACTERS]
    terminal.type("e")
    terminal.wait_for("writing", PATIENCE_S)
    terminal.type(_PASTE)
    for start in range(0, len(text), _PORTION):
        terminal.type(text[start : start + _PORTION])
        terminal.drain(0.005)
    terminal.type(_PASTED)
    terminal.drain(5.0)
    terminal.type("\x1b[5~" * 20)  # Page up: some way from the end, with lines below.
    terminal.drain(1.0)
