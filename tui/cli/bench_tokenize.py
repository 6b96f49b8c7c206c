"""The report of ``llmlab bench tokenize`` for people."""

from __future__ import annotations

from typing import Any

from tui.cli.bench_report import BUSY
from tui.cli.output import printable, table

Report = dict[str, Any]


def print_tokenize(report: Report) -> None:
    """Print all that ``run_tokenize_bench`` measured."""
    busy = report["load_average"]
    print(f"{report['threads']} threads of {report['processor']}")
    if busy is not None and busy > BUSY:
        print(f"  other work was running (load average {busy:.1f}): compare ratios, not speeds")
    for name, why in report["unavailable"].items():
        print(f"  {printable(name)}: n/a: {printable(why)}")
    print(f"\ntexts of {report['text_bytes']:,} bytes, MB/s")
    rows = [["tokenizer", "text", "ours", "library", "MB/s", "ours is faster", "same ids"]]
    for pair in report["pairs"]:
        for kind, figures in pair["kinds"].items():
            rows.append([
                pair["tokenizer"],
                kind,
                f"{figures['mb_per_s']:.2f}",
                pair["peer"],
                f"{figures['peer_mb_per_s']:.2f}",
                f"{figures['times_faster']:.2f} times",
                "yes" if figures["identical"] else "NO",
            ])  # fmt: skip
    table(rows, right=(2, 4, 5))
    print("\nan edit of one character, ms")
    rows = [["tokenizer", "in", "median", "95 of 100", "worst", "all anew", "faster"]]
    for name, edits in report["edits"].items():
        for stretch, figures in edits["stretches"].items():
            rows.append([
                name,
                stretch,
                f"{figures['p50_ms']:.2f}",
                f"{figures['p95_ms']:.2f}",
                f"{figures['worst_ms']:.2f}",
                f"{figures['whole_p50_ms']:.2f}",
                f"{figures['times_faster']:.1f} times",
            ])  # fmt: skip
    table(rows, right=(2, 3, 4, 5, 6))
    for name, edits in report["edits"].items():
        if edits["why_whole"]:
            print(f"{printable(name)} is encoded as a whole: {edits['why_whole']}")
    print(
        "letters, blanks and digits have no place to be cut at: every edit there is the worst one"
    )
    print("medians; the ratio is the median of the ratios within a round")
