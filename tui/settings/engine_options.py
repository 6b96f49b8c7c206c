"""How the settings start the engine: they are options of its process, which knows no settings."""

from __future__ import annotations

from engine.launch import ENGINE_COMMAND
from tui import settings
from tui.settings import schema


def engine_command() -> tuple[str, ...]:
    """The command of an engine as the settings want it; what nobody has chosen is left to it."""
    command = list(ENGINE_COMMAND)
    threads, precision = settings.value(schema.THREADS), settings.value(schema.PRECISION)
    idle_minutes = settings.value(schema.IDLE_MINUTES)
    if threads is not None:
        command += ["--threads", str(threads)]
    if precision != schema.PRECISION.default:
        command += ["--precision", precision]
    if idle_minutes != schema.IDLE_MINUTES.default:
        command += ["--idle-exit", str(idle_minutes * 60)]
    return tuple(command)
