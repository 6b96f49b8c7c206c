"""What the built-in tools can be told: limits of the jail, and which search is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.search.settings import SearchSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolSettings:
    """Settings of all built-in tools.

    Raises:
        ValueError: a limit is not positive.
    """

    search: SearchSettings
    unsafe_python: bool = False
    """Whether code may run with nothing but resource limits around it where there is no jail."""
    python_timeout_s: float = 5.0
    python_memory_mb: int = 256

    def __post_init__(self) -> None:
        for name in ("python_timeout_s", "python_memory_mb"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}, but must be above 0")

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, unsafe_python: bool = False) -> ToolSettings:
        """Settings as the environment asks for; see ``SearchSettings`` for its variables.

        Raises:
            ValueError: a variable names what there is not.
        """
        return cls(search=SearchSettings.from_env(environ), unsafe_python=unsafe_python)
