"""One hostile program, and what it must get."""

from __future__ import annotations

from dataclasses import dataclass

ESCAPED = "ESCAPED"
"""A program prints this only when it has done what no jailed program may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """``code`` may hold ``@MARK@`` (a file that must never appear), ``@SECRET@`` (a file that must
    never be read), ``@PORT@``, ``@UDP@`` and ``@ABSTRACT@`` (live listeners) and ``@PID@`` (of the
    lab)."""

    name: str
    code: str
    gets: tuple[str, ...] = ("blocked",)
    """The kinds of result that are right, of which the first is the usual one."""
    says: str = ""
    """What has to stand in its output or error."""
    timeout_s: float = 20.0


def refused(name: str, code: str, says: str = "") -> Program:
    """A program whose last act must be refused; should it not be, it says so."""
    return Program(name=name, code=f"{code}\nprint('{ESCAPED}')", gets=("blocked",), says=says)


def hangs(name: str, code: str) -> Program:
    """A program that never ends by itself."""
    return Program(name=name, code=code, gets=("timeout",), timeout_s=0.4)
