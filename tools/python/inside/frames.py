"""The wire between the lab and a child: a JSON object behind its length.

Standard library only: both sides of the wall import it. The lab reads what hostile code may have
written, so ``Report.parse`` takes nothing for granted.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Literal, cast, get_args

_LENGTH = struct.Struct("!I")
MAX_FRAME_BYTES = 1 << 20

ReportKind = Literal["ok", "error", "limit", "blocked"]
"""What a program can say of itself; whether it was killed, and why, the lab knows better."""


class FrameError(ValueError):
    """Bytes that are no frame, or a frame that is no report."""


def packed(fields: dict[str, object]) -> bytes:
    """One frame."""
    body = json.dumps(fields).encode()
    return _LENGTH.pack(len(body)) + body


def unpacked(data: bytes) -> dict[str, object] | None:
    """The frame that ``data`` is; None where its end is still to come.

    Raises:
        FrameError: it is no frame, or more than one.
    """
    if len(data) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack_from(data)
    if length > MAX_FRAME_BYTES or len(data) > _LENGTH.size + length:
        raise FrameError("a frame of a wrong length")
    if len(data) < _LENGTH.size + length:
        return None
    try:
        fields = json.loads(data[_LENGTH.size :])
    except (ValueError, RecursionError) as error:
        raise FrameError("a frame that is no JSON") from error
    if not isinstance(fields, dict):
        raise FrameError("a frame that is no object")
    return fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How a program ended, in its own words."""

    kind: ReportKind
    error: str = ""
    value: str = ""
    """The value of its last line, as a REPL shows it; what a trusted function returned."""

    def packed(self) -> bytes:
        """The frame that says so."""
        return packed({"kind": self.kind, "error": self.error, "value": self.value})

    @classmethod
    def parse(cls, fields: dict[str, object]) -> Report:
        """What a child's frame says.

        Raises:
            FrameError: it has other fields, or values of other types.
        """
        if fields.keys() != {"kind", "error", "value"}:
            raise FrameError("a report with other fields")
        kind, error, value = fields["kind"], fields["error"], fields["value"]
        if kind not in get_args(ReportKind):
            raise FrameError("a report of no known kind")
        if not isinstance(error, str) or not isinstance(value, str):
            raise FrameError("a report whose texts are none")
        return cls(kind=cast(ReportKind, kind), error=error, value=value)
