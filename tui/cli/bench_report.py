"""The report of ``llmlab bench decode`` for people: tables whose columns say their units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui.cli.output import printable, table

Report = dict[str, Any]
MB = 1e6
BUSY = 0.5
"""Load average before a run from which its speeds say little."""


def print_decode(report: Report) -> None:
    """Print all sections of ``run_decode_bench``'s report."""
    print_head(report)
    for section, show in _SECTIONS.items():
        part = report.get(section)
        if isinstance(part, dict) and "left_out" in part:
            print(f"\n{section}: left out: {printable(part['left_out'])}")
        elif part is not None:
            print()
            show(part, report)


def print_head(report: Report) -> None:
    """Print what a report was measured on, and who took part."""
    print(
        f"{printable(report['checkpoint'])}: {report['n_params'] / MB:.1f} M parameters, "
        f"{report['threads']} threads of {report['processor']}"
    )
    busy = report["load_average"]
    if busy is not None and busy > BUSY:
        print(f"  other work was running (load average {busy:.1f}): compare ratios, not speeds")
    for name, about in report["contenders"].items():
        note = f", {about['note']}" if about["note"] else ""
        print(f"  {name}: {about['version']}{note}; {about['weight_bytes'] / MB:.1f} MB of weights")
    for name, why in report["unavailable"].items():
        print(f"  {name}: n/a: {printable(why)}")


def _batches(part: list[Report], report: Report) -> None:
    print(f"greedy decoding, {report['n_new']} tokens behind prompts of {report['n_prompt']}")
    head = ["batch", "contender", "tokens/s", "after 1st", "1st token ms", "peak MB",
            "% of ceiling"]  # fmt: skip
    rows = [head]
    for batch in part:
        for name, figures in batch["contenders"].items():
            share = figures.get("share_of_ceiling")
            rows.append([
                str(batch["batch"]),
                name,
                f"{figures['tokens_per_s']:,.0f}",
                f"{figures['after_first_per_s']:,.0f}",
                f"{figures['first_token_s'] * 1000:.1f}",
                _megabytes(figures["peak_bytes"]),
                "" if share is None else f"{share:.0%} of {figures['ceiling_per_s']:,.0f}/s",
            ])  # fmt: skip
    table(rows, right=(0, *range(2, len(head))))
    print("ceiling: memory bandwidth, measured in the same rounds, over the bytes of the weights")
    print()
    _times_faster(part)
    print("rounds: " + ", ".join(f"{batch['rounds']} at batch {batch['batch']}" for batch in part))
    if not any(batch["same_tokens"] for batch in part):
        print("same tokens: n/a: ours and another one must both run in fp32")
    for batch in part:
        for peer, same in batch["same_tokens"].items():
            print(f"batch {batch['batch']}: {_sameness(same, f'ours@fp32 and {peer}')}")


def _times_faster(part: list[Report]) -> None:
    peers = [name for name in part[0]["contenders"] if not name.startswith("ours@")]
    if not peers:
        print("times faster than: nobody to compare with")
        return
    rows = [["batch", "times faster than", *peers]]
    for batch in part:
        for name, ratios in batch["times_faster"].items():
            rows.append([str(batch["batch"]), name, *(f"{ratios[peer]:.2f}" for peer in peers)])
    table(rows, right=(0, *range(2, len(rows[0]))))


def _quality(part: Report, _: Report) -> None:
    before = part["fp32_bits_per_byte"]
    print(f"quality on {part['text_bytes']:,} bytes of held-out text: fp32 {before:.4f} bits/byte")
    for precision, score in part["rounded"].items():
        print(f"  {precision}: {score['bits_per_byte']:.4f} bits/byte ({score['loss']:+.3%})")


def _ragged(part: Report, _: Report) -> None:
    print(
        f"ragged: {part['prompts']} prompts x {part['samples']} samples at temperature 1, lengths "
        f"{part['mean_length']:.0f} on average, {part['longest_length']} at most; "
        f"{part['rounds']} rounds"
    )
    for name, figures in part["contenders"].items():
        print(
            f"  {name}: {figures['seconds']:.2f} s, {figures['tokens_per_s']:,.0f} wanted tokens/s,"
            f" peak {_megabytes(figures['peak_bytes'])} MB"
        )
    for name, ratio in part["times_faster"].items():
        print(
            f"  {ratio:.2f} times {name}, whose padded rows hold {part['padding']:.2f} "
            "times the tokens"
        )


def _arrivals(part: Report, _: Report) -> None:
    print(
        f"arrivals ({part['contender']}): {part['requests']} requests of "
        f"{part['mean_length']:.0f} tokens on average, {part['longest_length']} at most; "
        f"{_count(part['rounds'])}"
    )
    print(
        f"  all at once {part['batch_s']:.2f} s; arriving over {part['window_s']:.2f} s "
        f"{part['arriving_s']:.2f} s: {part['ratio']:.2f} times as long"
    )
    print(
        f"  first token after {part['first_token_p50_s'] * 1000:.0f} ms (median), "
        f"{part['first_token_p95_s'] * 1000:.0f} ms (95 of 100)"
    )


def _speculate(part: Report, _: Report) -> None:
    print(
        f"speculate ({part['contender']}): up to {part['guesses']} tokens guessed ahead, "
        f"{part['prompts']} prompts one at a time, {part['n_new']} tokens each"
    )
    for kind, figures in part["kinds"].items():
        same = _sameness(figures["same_tokens"], "with and without")
        print(
            f"  {kind}: {figures['plain_per_s']:,.0f} tokens/s without, "
            f"{figures['guessing_per_s']:,.0f} with: {figures['times_faster']:.2f} times "
            f"({_count(figures['rounds'])}); {same}"
        )


def _prefix(part: Report, _: Report) -> None:
    print(
        f"prefix ({part['contender']}): turn {part['turn']} of a conversation, a prompt of "
        f"{part['prompt_tokens']} tokens; {_count(part['rounds'])}"
    )
    for name, label in (("with_reuse", "with what was read before"), ("without", "without")):
        figures = part[name]
        print(
            f"  {label}: {figures['tokens_read']} tokens read, first token after "
            f"{figures['first_token_s'] * 1000:.1f} ms"
        )
    print(
        f"  {part['times_faster']:.2f} times; {_sameness(part['same_tokens'], 'with and without')}"
    )


def _sameness(same: Report, who: str) -> str:
    if same["identical"]:
        return f"all tokens equal ({who})"
    at = same["first_difference"]
    return (
        f"{same['share']:.2%} of tokens equal ({who}); they part in round {at['round'] + 1}, row "
        f"{at['row'] + 1}, token {at['token'] + 1}: {at['ours']} and {at['theirs']}"
    )


def _megabytes(n_bytes: int | None) -> str:
    return "n/a" if n_bytes is None else f"{n_bytes / MB:.0f}"


def _count(rounds: int) -> str:
    return f"{rounds} round" + ("s" if rounds > 1 else "")


_SECTIONS: dict[str, Callable[[Any, Report], None]] = {
    "batches": _batches,
    "quality": _quality,
    "ragged": _ragged,
    "arrivals": _arrivals,
    "speculate": _speculate,
    "prefix": _prefix,
}
