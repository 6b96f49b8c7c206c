"""A process of ours that holds what its asker should not: a line of JSON asks, another answers.

It is asked ``{"ask": "encode", "with": {"texts": ["..."]}}`` and says ``{"found": ...}``, or
``{"error": "..."}``, a sentence; it ends when its standard input does, so it never outlives whoever
asks. Bytes go as text, one character each (``as_text``), which JSON can carry.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import LabError
from engine.launch import child_environment

_TRIES = 2


@dataclass(frozen=True, slots=True)
class Words:
    """How a helper is spoken of when it cannot be had."""

    task: str
    """``reads the tables``, as what it does."""
    undone: str
    """``The tables cannot be read``, when it cannot be started."""
    closed: str
    """``they were closed``, why it is not started any more."""
    again: str
    """``choose the run again``, once there is memory."""
    error: type[LabError] = LabError
    """What is raised."""


class Helper:
    """Asks the process, which is started by the first question and again after it was lost.

    Its questions block, and wait for each other: ask in a thread unless it is ``at_hand``.

    Args:
        command: what the process is.
        words: how it is spoken of.
    """

    def __init__(self, command: Sequence[str], words: Words) -> None:
        self._command, self._words = command, words
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._closed = False

    @property
    def at_hand(self) -> bool:
        """Whether it runs and nobody is asking, so that a small question is answered at once."""
        process = self._process
        return process is not None and process.poll() is None and not self._turn.locked()

    def ask(self, question: str, **which: Any) -> Any:
        """Ask something; what was found.

        A process that was lost (somebody may have needed its memory) is started and asked again.

        Raises:
            LabError: the answer is an error, or there can be no process; of the type in ``words``.
        """
        line = json.dumps({"ask": question, "with": which}).encode() + b"\n"
        words = self._words
        with self._turn:
            for _ in range(_TRIES):
                reply = self._exchange(line)
                if reply.endswith(b"\n"):
                    break
                self._end()
            else:
                raise words.error(
                    f"The process that {words.task} was lost {_TRIES} times. Free some memory and "
                    f"{words.again}."
                )
        answer = json.loads(reply)
        if "error" in answer:
            raise words.error(answer["error"])
        return answer["found"]

    def close(self) -> None:
        """End the process, also in the middle of a question, and start none again."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._end()

    def _exchange(self, line: bytes) -> bytes:
        """What is said to a line; without its end where the process was lost."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # Then there is no reply either.
            process.stdin.write(line)
            process.stdin.flush()
        return process.stdout.readline()

    def _start(self) -> subprocess.Popen[bytes]:
        words = self._words
        if self._closed:
            raise words.error(f"{words.undone}: {words.closed}.")
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
        except OSError as error:
            raise words.error(
                f"{words.undone}: {error.strerror}. Free some memory and {words.again}."
            ) from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):  # What was not written yet is lost, too.
                pipe.close()


def reply_to(questions: Mapping[str, Callable[..., Any]], asked: Mapping[str, Any]) -> Any:
    """What the process says to one question."""
    try:
        return {"found": questions[asked["ask"]](**asked["with"])}
    except LabError as error:
        return {"error": str(error)}


def serve(questions: Mapping[str, Callable[..., Any]]) -> None:
    """Be the process: answer lines until the standard input ends.

    Args:
        questions: what can be asked, by name.
    """
    for line in sys.stdin:
        print(json.dumps(reply_to(questions, json.loads(line))), flush=True)


def as_text(data: bytes) -> str:
    """Bytes as characters U+0000 to U+00FF."""
    return data.decode("latin-1")


def as_bytes(text: str) -> bytes:
    """What ``as_text`` was given."""
    return text.encode("latin-1")
