"""The key of a paid search service: where it comes from, and that nobody sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.search.provider import NotConfigured


@dataclass(frozen=True, kw_only=True, slots=True)
class KeySource:
    """A key in the environment variable ``variable``, or in the file that ``variable``_FILE names.

    The key is read when it is used, and stands in no ``repr``, sentence or log.
    """

    variable: str
    value: str | None = field(default=None, repr=False)
    file: Path | None = None

    @classmethod
    def from_env(cls, variable: str, environ: Mapping[str, str]) -> KeySource:
        """The source as the environment has it; it may have none."""
        file = environ.get(f"{variable}_FILE")
        return cls(
            variable=variable,
            value=environ.get(variable) or None,
            file=Path(file).expanduser() if file else None,
        )

    def read(self) -> str:
        """The key.

        Raises:
            NotConfigured: there is none, or it is no line of printable ASCII.
        """
        where = self.variable if self.value is not None else str(self.file)
        if self.value is None and self.file is None:
            raise NotConfigured(
                f"it needs a key; set {self.variable}, or {self.variable}_FILE to a file's path"
            )
        try:
            key = (self.value or self._content()).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotConfigured(f"the key file {where} cannot be read; check its path") from error
        # Anything else could not stand in a header, or would begin another one.
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise NotConfigured(f"the key in {where} is not one word of ASCII; write it anew")
        return key

    def _content(self) -> str:
        assert self.file is not None
        with self.file.open(encoding="utf-8") as file:
            return file.read(4_096)
