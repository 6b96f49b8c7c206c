"""All that is done, looked for, and going on meanwhile."""

from __future__ import annotations

from tui.bench.kill import chat, compare, course, drafts, halves, probes, runs, settings, tool_bench

SUBJECTS = (
    chat.SUBJECT,
    compare.SUBJECT,
    halves.SUBJECT,
    drafts.SUBJECT,
    runs.SUBJECT,
    settings.SUBJECT,
    course.SUBJECT,
    tool_bench.SUBJECT,
    probes.SUBJECT,
)
WATCHED = tuple(each for subject in SUBJECTS for each in subject.watched)
USES = tuple(use for subject in SUBJECTS for use in subject.uses)
GOING = (runs.GOING, probes.GOING)
