"""The report of ``llmlab bench rollouts`` for people."""

from __future__ import annotations

from typing import Any

from tui.cli.bench_report import BUSY, print_head
from tui.cli.output import printable, table

Report = dict[str, Any]


def print_rollouts(report: Report) -> None:
    """Print all that ``run_rollouts_bench`` measured."""
    print_head(report)
    if (report["load_average"] or 0.0) > BUSY:
        # A turn of the peer takes several times as long, so it meets more of the other work.
        print(
            "  for rollouts even the ratios are worth little then: measure again when it is quiet"
        )
    rounds = report["rounds"]
    print(
        f"\nrollouts of {printable(report['task'])}: {report['prompts']} problems x "
        f"{report['samples']} attempts of at most {report['max_tokens']} tokens at temperature "
        f"{report['temperature']:g}; {rounds} round{'s' if rounds > 1 else ''}"
    )
    rows = [["", "seconds", "tokens/s", "mean length", "ours is faster"]]
    for name, figures in report["rollouts"].items():
        ratio = report["times_faster"].get(name)
        rows.append([
            name,
            f"{figures['seconds']:.2f}",
            f"{figures['tokens_per_s']:,.0f}",
            f"{figures['mean_length']:.1f}",
            "" if ratio is None else f"{ratio:.2f} times",
        ])  # fmt: skip
    table(rows, right=(1, 2, 3, 4))
    quickest = report["times_faster_than_quickest"]
    if quickest is None:
        print("times faster than: nobody to compare with")
    else:
        print(f"times faster than the quicker way of each round: {quickest:.2f}")
    for way, same in report["same_length"].items():
        chance = "within chance" if same["within_chance"] else "NOT BY CHANCE: not the same work"
        print(
            f"mean length against {way}: {same['difference']:+.2f} tokens, standard error "
            f"{same['standard_error']:.2f}: {chance}"
        )
    step = report["step"]
    print(
        f"a step of {report['algorithm']}: rollouts {step['rollout_s']:.2f} s, learning "
        f"{step['learn_s']:.2f} s at {step['learn_tokens_per_s']:,.0f} tokens/s; rollouts are "
        f"{step['rollout_share']:.0%} of it"
    )
    print(f"sampler and trainer differ by {report['sampler_gap']:.1e} nats a token")
    print("medians; the ratio is the median of the ratios within a round")
