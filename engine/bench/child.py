"""A contender's process, both ends: commands go in as lines of JSON, answers come out the same way.

Contenders do not share a process: each brings its own pool of threads, which would spin while
another one computes, and the peak of memory is a process's. Imports only what has no dependencies,
as one end may run under another Python (see ``llama``).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import LabError

_PACKAGES = Path(__file__).parents[2]
"""Where ``engine`` lies. Searched last: another Python's own libraries go before ours."""
_CODE = (
    "import runpy, sys; sys.path.append(sys.argv[1]); "
    "runpy.run_module({module!r}, run_name='__main__')"
)
CLOSE_S = 10.0


class UnavailableError(Exception):
    """A contender that cannot take part; ``str(error)`` says why: not installed, no such form."""


def serve(load: Callable[..., object]) -> None:
    """Answer commands until there are no more: what a contender's module does as a program.

    Args:
        load: makes the contender from the first command's arguments; each later command names one
            of the contender's methods.
    """
    contender: object | None = None
    # Libraries print where they like: what they send to stdout goes the way of stderr.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            command = json.loads(line)
            answer: dict[str, Any] = {"done": None}
            try:
                if contender is None:
                    contender = load(**command["with"])
                else:
                    answer["done"] = getattr(contender, command["do"])(**command["with"])
            except UnavailableError as why:
                answer = {"unavailable": str(why)}
            except LabError as error:
                answer = {"refused": str(error)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


class Child:
    """This end of a contender's process.

    Args:
        module: to run as a program; it calls ``serve``. The first thing to ask is "load".
        python: the interpreter to run it with.
        threads: how many its libraries shall use.
    """

    def __init__(self, module: str, *, python: str = sys.executable, threads: int) -> None:
        self._module = module
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed by close)
        try:
            self._process = subprocess.Popen(
                (python, "-P", "-c", _CODE.format(module=module), str(_PACKAGES)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            )
        except OSError as error:
            self._log.close()
            raise UnavailableError(f"{python} cannot be run: {error.strerror}") from error

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Have it do something and wait for the answer.

        Raises:
            UnavailableError: it cannot take part, and why.
            LabError: what it was asked for is wrong, or it died.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = ""
        try:
            command = json.dumps({"do": operation, "with": arguments})
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass  # it died before it read this: said below
        if not line.endswith("\n"):
            raise LabError(
                f"The process of {self._module} ended in the middle of {operation!r}"
                f"{self._last_words()}. Free some memory, or leave it out of the comparison."
            )
        answer: dict[str, Any] = json.loads(line)
        if "unavailable" in answer:
            raise UnavailableError(answer["unavailable"])
        if "refused" in answer:
            raise LabError(answer["refused"])
        return answer["done"]

    def close(self) -> None:
        """End the process; one that does not listen is killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it ended by itself
            self._process.stdin.close()
        self._wait()
        self._process.stdout.close()
        self._log.close()

    def _wait(self) -> None:
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        self._wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "")
        printable = "".join(c for c in said if c.isprintable())[:300]
        return f" (exit code {self._process.returncode}{', ' if printable else ''}{printable})"
