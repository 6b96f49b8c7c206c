"""``llmlab probe facts``: ask a checkpoint what it knows, judge it, print the figures."""

from __future__ import annotations

import argparse
import time
from typing import Any

from engine.errors import LabError, RemoteError
from engine.probes import jobs
from engine.probes.jobs import ProbePlan, ProbeReader, ProbeStatus, default_against
from engine.probes.plan import probed
from tui.cli.output import emit_json, left, narrate
from tui.cli.probe_forms import NOBODY
from tui.cli.probe_tables import print_figures

SHOW_S = 5.0
STILL_S = 60.0
"""After so long without an answer (a slow machine, a model that loads) it says so again."""
MOST_LEFT_OUT = 50
"""Left-out questions that are named here; all of them stand in the probe's folder."""
_CHOICES = (
    "questions", "judge", "samples", "temperature", "per_group", "against", "split", "seed",
    "detectors", "out",
)  # fmt: skip
"""Options of a new probe."""


def run(arguments: argparse.Namespace) -> int:
    """Carry a probe out in this process, a new one or what is left of one.

    Raises:
        LabError: neither or both of a checkpoint and ``--resume``, an option that a resumed probe
            cannot take, or what ``engine.probes`` refuses.
    """
    if (arguments.checkpoint is None) == (arguments.resume is None):
        raise LabError("Say either a checkpoint (llmlab probe facts nano/sft) or --resume PROBE.")
    status = _resumed(arguments) if arguments.resume is not None else _created(arguments)
    narrate(f"probe {status.name}: {status.path}")
    from engine.probes.probing import run_probe

    try:
        status = run_probe(status.name, _Progress())
    except KeyboardInterrupt:
        narrate(f"Stopped. {_go_on(status)}")
        return 130
    except RemoteError:
        narrate(f"The judge failed, and what was answered is kept. {_go_on(status)}")
        raise
    reader = ProbeReader(status.path)
    _say_left_out(reader)
    figures = reader.figures() or {}
    if status.state == "stopped":
        narrate(f"Stopped. {_go_on(status)}")
    if arguments.json:
        emit_json({"probe": status.name, "state": status.state, **figures})
    else:
        print_figures(figures)
    return 0


def _go_on(status: ProbeStatus) -> str:
    return f"Go on with: llmlab probe facts --resume {status.name}"


def _created(arguments: argparse.Namespace) -> ProbeStatus:
    # Whatever is left out is as the plan itself has it.
    given: dict[str, Any] = {
        name: value
        for name in ("samples", "temperature", "per_group", "split", "seed")
        if (value := getattr(arguments, name)) is not None
    }
    if arguments.questions is not None:
        for option, name in (("--per-group", "per_group"), ("--split", "split")):
            if name in given:
                raise LabError(
                    f"{option} chooses among the facts of a web, and the questions of a file are "
                    "all asked. Leave one of the two out."
                )
        given |= {"source": "file", "questions_path": arguments.questions}
    if arguments.against is None:
        against = default_against(probed(arguments.checkpoint))
        if against is not None:
            narrate(f"compared with its parent, {against} (--against {NOBODY} to leave that out)")
    else:
        against = None if arguments.against == NOBODY else arguments.against
    plan = ProbePlan(
        checkpoint=arguments.checkpoint,
        against=against,
        judge=arguments.judge,
        detectors=arguments.detectors is not False,
        **given,
    )
    return jobs.create_probe(plan, name=arguments.out)


def _resumed(arguments: argparse.Namespace) -> ProbeStatus:
    """Refuse what would otherwise be ignored without a word."""
    for option in _CHOICES:
        if getattr(arguments, option) is not None:
            name = "no-detectors" if option == "detectors" else option.replace("_", "-")
            raise LabError(
                f"A resumed probe goes on as it was begun, so --{name} changes nothing. "
                "Leave it out, or start a new probe."
            )
    return jobs.prepare_resume(arguments.resume)


class _Progress:
    """A line when the work changes, and one every few seconds."""

    def __init__(self) -> None:
        self._message = ""
        self._shown, self._done = 0.0, 0
        self._began: tuple[float, int] | None = None

    def __call__(self, status: ProbeStatus) -> None:
        now = time.monotonic()
        if status.state != "running" or not status.total:
            return
        if self._began is None:
            self._began = now, status.done
        quiet = SHOW_S if status.done != self._done else STILL_S
        if status.message == self._message and now - self._shown < quiet:
            return
        self._message, self._shown, self._done = status.message, now, status.done
        narrate(f"{status.done:>6}/{status.total}  {status.message}{self._left(status, now)}")

    def _left(self, status: ProbeStatus, now: float) -> str:
        assert self._began is not None
        began, first = self._began
        if status.done <= first or now - began < SHOW_S:
            return ""
        seconds = (status.total - status.done) * (now - began) / (status.done - first)
        return f"  {left(seconds)}"


def _say_left_out(reader: ProbeReader) -> None:
    left_out = reader.left_out()
    for sentence in left_out[:MOST_LEFT_OUT]:
        narrate(sentence)
    if len(left_out) > MOST_LEFT_OUT:
        more = len(left_out) - MOST_LEFT_OUT
        narrate(f"... and {more} more: {reader.folder / 'left-out.json'}")
