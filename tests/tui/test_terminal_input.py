"""A real terminal's bytes, at the app as it is started: broken ones, half ones, many, the mouse."""

from __future__ import annotations

import os
import threading
import time

import pytest

from engine import paths
from tests.tui.conftest import Lab
from tui.bench.terminal import Terminal

APP = """
from pathlib import Path
from tui import start
from tui.bench.scripted import ScriptedEngine, ScriptedRuns, scripted_services
engine = ScriptedEngine(script=lambda request: ['said'], tokens_per_s=1e4)
services = scripted_services(engine, ScriptedRuns(Path('/nowhere')))
print('code', start.run(services))
"""
WAIT_S = 60.0
"""Only failures wait for so long."""


def put(terminal: Terminal, data: bytes) -> None:
    """Write more than the terminal's buffer holds while what it draws is read."""

    def feed() -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(terminal._master, left[:4096]) :]

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    while thread.is_alive():
        terminal.drain(0.05)


def click(terminal: Terminal, column: int, line: int) -> None:
    """As terminals say it (SGR); both count from 1."""
    terminal.type(f"\x1b[<0;{column};{line}M\x1b[<0;{column};{line}m")


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are of POSIX")
def test_nothing_that_is_typed_ends_the_app_and_the_mouse_works(lab: Lab) -> None:
    with Terminal(APP, width=80, height=24, env={"LLMLAB_HOME": str(paths.home())}) as terminal:
        terminal.wait_for("engine ready", WAIT_S)
        time.sleep(0.2)
        put(terminal, b"\xff\xfe\x1b[99999999u\x1b[97:65;2u\x1b]52;c;!!\x07\x1b[?9;9;9$y")
        terminal.type("Ж")
        terminal.wait_for("Ж", WAIT_S)
        half = "Щ".encode()
        put(terminal, half[:1])
        time.sleep(0.1)
        put(terminal, half[1:])
        terminal.wait_for("Щ", WAIT_S)
        put(terminal, b"\x1b[200~" + b"lorem \xff ipsum\n" * 140_000 + b"\x1b[201~")
        terminal.wait_for("prompt is full", WAIT_S)
        # The wheel, a drag, a click outside of the screen: nothing falls over them.
        terminal.type("\x1b[<64;40;12M\x1b[<65;40;12M\x1b[<0;5;9M\x1b[<32;9;9M\x1b[<0;9;9m")
        terminal.type("\x1b[<0;-3;-3M\x1b[<0;999;999M\x1b[<0;999;999m")
        click(terminal, 3, 1)
        terminal.wait_for("stages", WAIT_S)
        terminal.type("\x11")
        terminal.wait_for("code 0", WAIT_S)
