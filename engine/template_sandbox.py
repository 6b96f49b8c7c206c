"""Jinja for the templates of strangers: without files, imports or private attributes, in bounds.

The bounds are on what a template repeats and writes. Not bounded is what a single operation makes,
such as padding a text to a width: a template made to use up memory can.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import Template, TemplateError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_OUTPUT_CHARS = 1 << 23
MAX_LOOP = 1 << 14
"""Longest ``range`` of a template."""

MAX_STEPS = 1 << 17
"""Turns of loops and calls of one run: a second's worth; a long conversation takes thousands."""

_steps: ContextVar[int] = ContextVar("steps")
"""Taken in the run that is under way."""


def compile_template(source: str) -> Template:
    """The program, its loops counted.

    Raises:
        Exception: of any kind, as Jinja compiles to Python and takes more than Python does.
    """
    program = _ENVIRONMENT.parse(source)
    for loop in program.find_all(nodes.For):
        loop.iter = nodes.Filter(
            loop.iter, "counted", [], [], None, None, lineno=loop.lineno, environment=_ENVIRONMENT
        )
    return _ENVIRONMENT.from_string(program)


def run_template(template: Template, values: Mapping[str, Any]) -> str:
    """What the program writes.

    Raises:
        SecurityError: it oversteps its bounds.
        Exception: of any kind, as a program can fail in any way.
    """
    _steps.set(0)
    written: list[str] = []
    n_chars = 0
    for part in template.generate(values):
        written.append(part)
        n_chars += len(part)
        if n_chars > MAX_OUTPUT_CHARS:
            raise SecurityError(f"it writes more than {MAX_OUTPUT_CHARS:,} characters")
    return "".join(written)


def _take_steps(n: int) -> None:
    _steps.set(_steps.get() + n)
    if _steps.get() > MAX_STEPS:
        raise SecurityError(f"it takes more than {MAX_STEPS:,} steps")


@pass_context  # without it a loop over a constant would be counted once, by the compiler
def _counted(_: Context, items: Any) -> Any:
    """What a loop goes over, its turns counted beforehand."""
    sized = items if hasattr(items, "__len__") else list(items)
    _take_steps(len(sized) + 1)
    return sized


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with the operators that make much out of little held back."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call a function or macro, and count it."""
        _take_steps(1)
        return super().call(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute ``left operator right`` for numbers only."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or not numbers:
            raise SecurityError(f"{type(left).__name__} {operator} {type(right).__name__}")
        return super().call_binop(context, operator, left, right)


class _Generation(Extension):
    """``{% generation %}`` marks what a loss would count: here its content is simply written."""

    tags = {"generation"}  # noqa: RUF012 - Jinja's own way to name them

    def parse(self, parser: Parser) -> nodes.Node:
        """Read up to ``{% endgeneration %}``."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _strftime_now(form: str) -> str:
    return datetime.now().strftime(form)


def _bounded_range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_LOOP:
        raise SecurityError(f"it counts to more than {MAX_LOOP:,}")
    return found


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    # Jinja's own filter escapes < and >, which the models have not been trained on.
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _environment() -> _Sandbox:
    environment = _Sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation]
    )
    environment.filters.update(tojson=_to_json, counted=_counted)
    del environment.globals["lipsum"]  # writes as much as it is told to
    functions: dict[str, Callable[..., Any]] = {
        "raise_exception": _raise_exception,
        "strftime_now": _strftime_now,
        "range": _bounded_range,
    }
    environment.globals.update(functions)
    return environment


_ENVIRONMENT = _environment()
