"""What can be wrong with a course."""

from __future__ import annotations

from engine.errors import LabError


class CourseError(LabError):
    """A mistake in a course's files: says which file, which line, and what to do."""
