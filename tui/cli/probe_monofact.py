"""``llmlab probe monofact``: must a calibrated model make things up?"""

from __future__ import annotations

import argparse

from engine.paths import expanded
from tui.cli.output import emit_json, narrate, table


def run(arguments: argparse.Namespace) -> int:
    """Learn and measure a web after the other; one JSON document with ``--json``.

    Raises:
        LabError: a number that is out of range, a file that cannot be written, a full disk.
    """
    from engine.probes.monofact.law import laws
    from engine.probes.monofact.report import as_json, check_format, rows, write_report
    from engine.probes.monofact.words import findings

    wanted = laws(arguments.webs)
    out = None if arguments.out is None else expanded(arguments.out)
    if out is not None:
        check_format(out)

    from engine.probes.monofact.experiment import STEPS, WebPlan
    from engine.probes.monofact.experiment import run as run_webs

    steps = STEPS if arguments.steps is None else arguments.steps
    plans = [WebPlan(law=law, steps=steps, seed=arguments.seed) for law in wanted]
    try:
        webs = run_webs(plans, narrate)
    except KeyboardInterrupt:
        narrate("Stopped; what was learned is kept. The same command goes on from there.")
        return 130
    if arguments.json:
        emit_json(as_json(webs))
    else:
        shown = rows(webs)
        table(shown, right=range(1, len(shown[0])))
        for finding in findings(webs):
            print(f"- {finding}")
    if out is not None:
        for path in write_report(out, webs):
            narrate(f"written: {path}")
    return 0
