"""How many frames a second a conversation of ten thousand messages scrolls at.

The app runs in a pseudo-terminal that says it draws frames as a whole (mode 2026), so that each
frame ends with a mark that can be counted. Page up is pressed, and the wheel turned, faster than
any app paints; what counts is how many frames come, and how long the conversation takes to open.
"""

from __future__ import annotations

import tempfile
import time
from typing import Any

from tui.bench.terminal import Terminal

WIDTH, HEIGHT = 120, 40
MESSAGES = 10_000
LEAST_FPS = 30.0
PATIENCE_S = 60
SECONDS = 3.0
KEYS_PER_S = 80
_SYNC_SUPPORTED = "\x1b[?2026;2$y"
_FRAME_ENDS = b"\x1b[?2026l"
_PAGE_UP, _PAGE_DOWN = "\x1b[5~", "\x1b[6~"
_WHEEL_UP, _WHEEL_DOWN = "\x1b[<64;40;12M", "\x1b[<65;40;12M"


def run_scroll_bench(*, messages: int = MESSAGES) -> dict[str, Any]:
    """Open the conversation, scroll it up and down by pages and by the wheel, go to its beginning.

    Args:
        messages: how many there are in it, half of them questions.

    Returns:
        ``open_ms`` and ``home_ms``; frames a second of each way to scroll; ``least_fps``, and
        whether that is enough.

    Raises:
        LabError: the app ended or never drew what it was asked for, or there are no
            pseudo-terminals.
    """
    code = f"from tui.bench.scroll import open_app; open_app({messages // 2})"
    with (
        tempfile.TemporaryDirectory(prefix="llmlab-bench-") as home,
        Terminal(code, width=WIDTH, height=HEIGHT, env={"LLMLAB_HOME": home}) as terminal,
    ):
        terminal.wait_for("tok/s", PATIENCE_S)
        terminal.type("\x1b")
        terminal.wait_for("own sampling", PATIENCE_S)
        terminal.type(_SYNC_SUPPORTED)
        terminal.drain(0.5)
        began = terminal.drain_clock(0)
        terminal.type("5")
        opened = terminal.wait_for(f"number {messages // 2 - 1} ", PATIENCE_S)
        terminal.drain(1.0)
        terminal.type("\x1b")  # Out of the prompt, into the conversation.
        terminal.drain(1.0)
        fps = {
            name: _frames(terminal, keys) / SECONDS
            for name, keys in (
                ("page_up", _PAGE_UP),
                ("page_down", _PAGE_DOWN),
                ("wheel_up", _WHEEL_UP),
                ("wheel_down", _WHEEL_DOWN),
            )
        }
        asked = terminal.drain_clock(0)
        terminal.type("\x1b[H")
        at_home = terminal.wait_for("number 0 ", PATIENCE_S)
    least = min(fps.values())
    return {
        "terminal": f"{WIDTH}x{HEIGHT}",
        "messages": messages,
        "open_ms": round((opened - began) * 1000),
        "home_ms": round((at_home - asked) * 1000),
        "fps": {name: round(value, 1) for name, value in fps.items()},
        "least_fps": round(least, 1),
        "enough": least >= LEAST_FPS,
    }


def _frames(terminal: Terminal, key: str) -> int:
    """Frames drawn while a key is pressed again and again."""
    end, drawn = time.perf_counter() + SECONDS, b""
    while time.perf_counter() < end:
        terminal.type(key)
        drawn += terminal.read(1 / KEYS_PER_S)
    terminal.drain(1.0)
    return drawn.count(_FRAME_ENDS)


def open_app(exchanges: int) -> None:
    """The app with a long conversation in its database, the one that was open."""
    from pathlib import Path

    from tui.answers import Token
    from tui.bench.scripted import ScriptedRuns, scripted_services
    from tui.bench.scripted_chat import ScriptedChat
    from tui.chat.conversation import Conversation, Exchange
    from tui.chat.parts import Text
    from tui.chat.reply import Reply
    from tui.chat.store import ChatStore, pack
    from tui.start import run

    words = " In Dunbury, a town by the river, and then a clockmaker for years on end." * 3
    conversation = Conversation("nano/sft")
    for number in range(exchanges):
        reply = Reply(parts=[Text([Token(1, words, forced=False)])], state="done")
        question = f"number {number} of many: where was somebody born, and what became of them?"
        conversation.exchanges.append(Exchange(question, reply))
    ChatStore().save(pack(conversation))
    run(scripted_services(ScriptedChat(tokens_per_s=1e5), ScriptedRuns(Path("/nowhere"))))
