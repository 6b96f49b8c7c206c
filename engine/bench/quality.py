"""What rounding the weights costs: bits per byte of held-out text, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.bench.contenders import Contenders, Say
from engine.bench.figures import rounded
from engine.precision import Precision


def run_quality(
    contenders: Contenders, precisions: Sequence[Precision], say: Say
) -> dict[str, Any]:
    """Foretell the same pages in fp32 and in each of ``precisions``.

    Returns:
        ``text_bytes``, ``fp32_bits_per_byte``, and for each other precision its ``bits_per_byte``
        and ``loss``, the share by which it is worse.
    """
    scores: dict[Precision, dict[str, float]] = {}
    for precision in ("fp32", *precisions):
        if precision not in scores:
            say(f"quality: {precision}")
            scores[precision] = contenders.ours(precision).child.ask("bits_per_byte")
    before = scores.pop("fp32")
    return {
        "text_bytes": int(before["text_bytes"]),
        "fp32_bits_per_byte": rounded(before["bits_per_byte"], 6),
        "rounded": {
            precision: {
                "bits_per_byte": rounded(score["bits_per_byte"], 6),
                "loss": rounded(score["bits_per_byte"] / before["bits_per_byte"] - 1),
            }
            for precision, score in scores.items()
        },
    }
