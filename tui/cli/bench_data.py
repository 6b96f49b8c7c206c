"""The report of ``llmlab bench data`` for people."""

from __future__ import annotations

from typing import Any

from tui.cli.bench_report import BUSY
from tui.cli.output import printable, table

Report = dict[str, Any]


def print_data(report: Report) -> None:
    """Print all that ``run_data_bench`` measured."""
    print(f"{report['threads']} threads of {printable(report['processor'])}")
    busy = report["load_average"]
    if busy is not None and busy > BUSY:
        print(f"  other work was running (load average {busy:.1f}): compare ratios, not speeds")
    print(
        f"\nfunnel: {report['pages']:,} pages, {report['workers']} processes each; "
        f"{report['rounds']} rounds"
    )
    rows = [["", "pages/s", "kept", "ours is faster"]]
    for name, figures in report["speed"].items():
        ratio = report["times_faster"].get(name)
        rows.append(
            [
                name,
                f"{figures['pages_per_s']:,.0f}",
                f"{figures['kept']:,}",
                "" if ratio is None else f"{ratio:.2f} times",
            ]
        )
    table(rows, right=(1, 2, 3))
    for name, why in report["left_out"].items():
        print(f"{name}: left out, as {why}")
    if report["memory"]:
        rows = [["pages", "peak MB, all processes"]]
        rows += [[f"{row['pages']:,}", f"{row['peak_mb']:,.0f}"] for row in report["memory"]]
        table(rows, right=(0, 1))
    print("medians; the ratio is the median of the ratios within a round")
