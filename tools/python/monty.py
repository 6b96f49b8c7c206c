"""The fallback where no jail can be built: Monty, an interpreter of a part of Python.

It has neither files nor network and runs in worker processes of its own, which it replaces when
they crash. It has no sympy and lacks parts of the language. A call that is cancelled runs on until
its time is over.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from tools.python.tier import Tier, TierError
from tools.result import Kind, ToolResult
from tools.sanitise import sanitised

_MAX_OUTPUT_CHARS = 20_000
_MAX_PRINTED_BYTES = 8 << 20
# For a hang that Monty's own limit does not see: it kills its worker then.
_GRACE_S = 0.5
_KINDS: dict[str, Kind] = {
    "TimeoutError": "timeout",
    "MemoryError": "limit",
    "PermissionError": "blocked",
    "FileNotFoundError": "blocked",
}


class MontyCell:
    """Programs in Monty's workers, each in a session of its own. Satisfies ``cell.Cell``."""

    def __init__(self, *, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._pool: Any = None

    def start(self) -> None:
        """Start a worker."""
        self._started()

    def run(self, code: str, timeout_s: float, cancelled: threading.Event | None) -> ToolResult:
        """One program in a fresh session."""
        import pydantic_monty as monty

        if cancelled is not None and cancelled.is_set():
            return self._result("cancelled", "cancelled")
        limits = monty.ResourceLimits(
            max_feed_duration_secs=timeout_s,
            max_total_sleep_secs=timeout_s,
            max_memory=self._memory_mb << 20,
        )
        printed = monty.CollectString(max_bytes=_MAX_PRINTED_BYTES)
        begun = time.perf_counter()
        kind: Kind = "ok"
        value, error = None, ""
        try:
            with self._started().checkout(limits=limits) as session:
                value = session.feed_run(code, print_callback=printed)
        except monty.MontyCrashedError as crash:
            kind, error = "timeout" if crash.timed_out else "crashed", "its interpreter was killed"
        except (monty.MontyRuntimeError, monty.MontySyntaxError) as failure:
            message = failure.display(format="type-msg")
            kind = _KINDS.get(message.partition(":")[0], "error")
            frames = failure.traceback()
            error = f"line {frames[-1].line}: {message}" if frames else message
        text = printed.output or ("" if value is None else repr(value))
        return self._result(kind, error, text, (time.perf_counter() - begun) * 1000)

    def call(self, function: str, argument: str, timeout_s: float) -> ToolResult:
        """Always unavailable: there is no sympy in here."""
        return self._result("unavailable", "symbolic maths needs sympy, which Monty does not have")

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            if self._pool is not None:
                self._pool.__exit__(None, None, None)
                self._pool = None

    def abandon(self) -> None:
        """Leave the workers to the parent process, which a pool that goes away would end."""
        self._lock = threading.Lock()
        if self._pool is not None:
            _left_to_parents.append(self._pool)
            self._pool = None

    def _started(self) -> Any:
        try:
            import pydantic_monty as monty
        except ImportError as error:
            raise TierError(f"pydantic-monty is not installed ({error})") from error
        with self._lock:
            if self._pool is None:
                pool = monty.Monty(feed_duration_limit_grace=_GRACE_S)
                try:
                    self._pool = pool.__enter__()
                except (OSError, RuntimeError, monty.MontyError) as error:
                    raise TierError(f"Monty does not start: {error}") from error
            return self._pool

    def _result(self, kind: Kind, error: str, text: str = "", elapsed_ms: float = 0) -> ToolResult:
        output, cut = sanitised(text, _MAX_OUTPUT_CHARS)
        return ToolResult(
            kind=kind,
            output=output,
            error=sanitised(error, 500)[0],
            elapsed_ms=elapsed_ms,
            tier=Tier.MONTY.text,
            truncated=cut,
        )


_left_to_parents: list[Any] = []
