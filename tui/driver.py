"""The terminal's input, read so that nothing which comes from there can end the app.

Textual's own reader decodes strictly and lets its parser fail: one byte that is not UTF-8 (a paste
from an old file, a broken connection), or a key report with subfields that it does not know, shows
a traceback and leaves. Here bytes become U+FFFD, and what cannot be parsed is left out.
"""

from __future__ import annotations

import os
import re
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

READ_BYTES = 1 << 16
LOOK_EVERY_S = 0.1
"""How often held-back keys, such as a lone escape, are let through while nothing is typed."""
_SEQUENCES = re.compile("(?=\x1b)")
_END = re.compile(r"(?:\x1b?\[)?[^@-~]*[@-~]")
"""A control sequence, or what is left of one whose beginning came before."""


class Reader:
    """Bytes in, events out; a character or a sequence may be split anywhere."""

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser(debug)

    def feed(self, data: bytes) -> Iterator[Message]:
        """The events of some bytes.

        Sequences are parsed one by one, so that a bad one costs no other.
        """
        for sequence in _SEQUENCES.split(self._decode(data)):
            if sequence:
                yield from self._parse(sequence)

    def tick(self) -> Iterator[Message]:
        """What was held back, as it might have become a sequence, and has not."""
        yield from self._parser.tick()

    def _parse(self, sequence: str) -> Iterator[Message]:
        try:
            yield from self._parser.feed(sequence)
        except (ValueError, OverflowError):
            # A number that is none, or no character's. The parser has ended with it; what it has
            # learned of the terminal goes to the next.
            old, self._parser = self._parser, XTermParser(self._debug)
            self._parser.last_x, self._parser.last_y = old.last_x, old.last_y
            self._parser.mouse_pixels = old.mouse_pixels
            self._parser.terminal_size = old.terminal_size
            self._parser.terminal_pixel_size = old.terminal_pixel_size
            end = _END.match(sequence)
            if end is not None and end.end() < len(sequence):
                yield from self._parse(sequence[end.end() :])


class LabDriver(LinuxDriver):
    """Textual's driver for Linux and macOS with another reader."""

    def run_input_thread(self) -> None:
        """Read until told to stop, or until the terminal is gone, which ends the app."""
        reader = Reader(debug=self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(LOOK_EVERY_S):
                    data = self._read()
                    if not data:
                        self._app.call_later(self._app.exit)
                        return
                    for event in reader.feed(data):
                        self.process_message(event)
                for event in reader.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:  # What a closed pseudo-terminal answers on Linux.
            return b""
