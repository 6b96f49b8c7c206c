"""When something happened, as it is written down."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment: UTC, ISO 8601, to the millisecond; text of this form sorts by time."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
