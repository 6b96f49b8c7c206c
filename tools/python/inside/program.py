"""Runs one program, or one trusted function, in a child that is confined already.

What is reported is what the program lets us report: it shares this process and can claim anything
about itself. It has nobody else to speak for.
"""

from __future__ import annotations

import ast
import atexit
import errno
import io
import os
import sys
import types
import warnings
from types import TracebackType
from typing import NoReturn

from .frames import Report, unpacked

_FILE = "<program>"
_MAX_VALUE_CHARS = 8_000
_MAX_ERROR_CHARS = 400
_REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS)
_NO_FILES = "the jail has no files but Python's own"
_NOTHING = "the jail has no files, network, processes or threads"
_MODULES = "there are the standard library, sympy and mpmath"

# Given back when memory runs out, so that there is some to say so.
_spare = [bytes(4 << 20)]


def serve_one() -> NoReturn:
    """Wait for a request on descriptor 0, do it, answer there, end the process."""
    fields = _request()
    output = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "w", closefd=False)),
        encoding="utf-8",
        # A program may print half a character; that must not be its error.
        errors="backslashreplace",
        line_buffering=True,
    )
    sys.stdout = sys.stderr = output
    sys.stdin = io.StringIO()
    sys.argv = [""]
    sys.unraisablehook = _ignored
    if "code" in fields:
        report = _run(str(fields["code"]))
    else:
        report = _call(str(fields["call"]), str(fields["argument"]))
    output.flush()
    answer = report.packed()
    while answer:
        answer = answer[os.write(0, answer) :]
    os._exit(0)


def _ignored(what: sys.UnraisableHookArgs) -> None:
    # In one line, as all errors: Python would show a page of its own files.
    print(f"ignored: {what.exc_type.__name__}: {what.exc_value}")


def _request() -> dict[str, object]:
    data = b""
    while (fields := unpacked(data)) is None:
        more = os.read(0, 1 << 16)
        if not more:
            os._exit(0)  # the lab needs no more children
        data += more
    return fields


def _call(name: str, argument: str) -> Report:
    from .maths import FUNCTIONS

    try:
        return Report(kind="ok", value=FUNCTIONS[name](argument))
    except Exception as error:
        # An expression is foreign code too, and may raise anything.
        return _failure(error, where="")


def _run(source: str) -> Report:
    # A module of its own, so that classes made in it can be found by their name.
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    module.__dict__.update(exit=sys.exit, quit=sys.exit)
    warnings.simplefilter("ignore")
    report = _attempt(source, module.__dict__)
    try:
        # Both may run code of the program's, which may print, hang or fail.
        atexit._run_exitfuncs()
        module.__dict__.clear()
    except BaseException as error:
        return _failure(error, where="at exit: ")
    return report


def _attempt(source: str, names: dict[str, object]) -> Report:
    try:
        tree = ast.parse(source, _FILE)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, _FILE, "exec"), names)
        value = None
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), _FILE, "eval"), names)
        return Report(kind="ok", value="" if value is None else repr(value)[:_MAX_VALUE_CHARS])
    except SystemExit as error:
        if error.code is None or error.code == 0:
            return Report(kind="ok")
        return _failure(error, where=_line(error))
    except BaseException as error:
        _spare.clear()
        return _failure(error, where=_line(error))


def _failure(error: BaseException, *, where: str) -> Report:
    # The memory that a MemoryError is about hangs in the frames it came through.
    error.__traceback__ = None
    error.__context__ = None
    name = type(error).__name__
    try:
        message = str(error)[:_MAX_ERROR_CHARS]
    except BaseException:
        message = "(an error that cannot be printed)"
    text = f"{where}{name}: {message}" if message else f"{where}{name}"
    if isinstance(error, MemoryError):
        return Report(kind="limit", error=f"{where}{name}: out of memory")
    if isinstance(error, FileNotFoundError):
        return Report(kind="blocked", error=f"{text} ({_NO_FILES})")
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        return Report(kind="blocked", error=f"{text} ({_NO_FILES if error.filename else _NOTHING})")
    if isinstance(error, RuntimeError) and message.startswith("can't start new thread"):
        return Report(kind="blocked", error=f"{text} ({_NOTHING})")
    if isinstance(error, ModuleNotFoundError):
        text = f"{text} ({_MODULES})"
    return Report(kind="error", error=text)


def _line(error: BaseException) -> str:
    """The line of the program that raised, as the head of a message."""
    if isinstance(error, SyntaxError) and error.filename == _FILE:
        return f"line {error.lineno}: "
    number = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == _FILE:
            number = step.tb_lineno
        step = step.tb_next
    return "" if number is None else f"line {number}: "
