"""The report of ``llmlab bench tools`` for people."""

from __future__ import annotations

from typing import Any

from tui.cli.output import printable, table

Report = dict[str, Any]


def print_tools(report: Report) -> None:
    """Print all that ``run_tools_bench`` measured."""
    print(f"python in a jail: {printable(report['tier'])}")
    rows = [["code", "jail, warm ms", "95 of 100", "in a row", "process", "ms", "times faster"]]
    for name in ("python", "sympy"):
        part = report[name]
        for peer, ratio in part["times_faster"].items():
            rows.append([
                name,
                f"{part['warm_p50_ms']:.2f}",
                f"{part['warm_p95_ms']:.2f}",
                f"{part['in_a_row_p50_ms']:.2f}",
                peer,
                f"{part[f'{peer}_p50_ms']:.1f}",
                f"{ratio:.1f}",
            ])  # fmt: skip
    table(rows, right=(1, 2, 3, 5, 6))
    print("process: fresh is python -c, bare is python -I -S -c, which finds no packages")
    at_once, start = report["concurrent"], report["start"]
    print(
        f"{at_once['calls']} calls from {at_once['threads']} threads at once: "
        f"{at_once['lost']} lost, {at_once['calls_per_s']:,.0f} a second"
    )
    print(f"cold start, to the first result: {start['p50_ms']:,.0f} ms")
    print(f"calculator: {report['calculator']['p50_us']:,.0f} us a call")
    print(f"search in the pocket web: {report['search']['p50_ms']:.2f} ms a query")
    print("medians; the ratio is the median of the ratios within a round")
