"""What agrees with the theorem and what does not, in sentences made from the figures."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import correlation

from engine.probes.monofact.result import WebResult

NEAR = 0.05
"""Rates that differ by less count as agreeing."""


def findings(webs: Sequence[WebResult]) -> list[str]:
    """One finding a sentence."""
    return [_good_turing(webs), _bound(webs), _rank(webs), *_gap(webs)]


def _good_turing(webs: Sequence[WebResult]) -> str:
    worst = max(webs, key=lambda web: abs(web.monofact_rate - web.missing_mass))
    off = abs(worst.monofact_rate - worst.missing_mass)
    return (
        f"The monofact rate tells what is not on the pages: it is never further than {off:.3f} "
        f'("{worst.law}") from the true chance that a further page states something new.'
    )


def _bound(webs: Sequence[WebResult]) -> str:
    """Whether any web goes below its bound by more than the luck of the draw explains."""
    below = [web.law for web in webs if web.invented_rate + web.margin < web.bound]
    says = [web for web in webs if web.bound > 0]
    if below:
        return (
            f"The bound is broken in {_names(below)}: less is invented than a model of that "
            "calibration may invent. Something here is not as the theorem wants it."
        )
    return (
        f"The bound holds in all {len(webs)} webs. It says something (is above 0) in "
        f"{_names([web.law for web in says]) if says else 'none of them'}; in the others nothing "
        "can be learned from its holding."
    )


def _rank(webs: Sequence[WebResult]) -> str:
    rates = [web.monofact_rate for web in webs]
    invented = [web.invented_rate for web in webs]
    near = [
        web.law for web in webs if abs(web.invented_rate - web.monofact_rate) <= NEAR + web.margin
    ]
    if len(set(rates)) == 1 or len(set(invented)) == 1:
        together = "The webs do not differ, so nothing can be said of how the two rates go together"
    else:
        together = (
            "Over the webs the rate of inventions and the monofact rate correlate with "
            f"{correlation(rates, invented):.2f} (Pearson)"
        )
    return (
        f"{together}. Within {NEAR} of each other, beside the luck of the draw, they are in "
        f"{_names(near) if near else 'no web'}."
    )


def _gap(webs: Sequence[WebResult]) -> list[str]:
    """Where more is invented than the bound asks for: what of the pages was not learned."""
    sentences = []
    for web in webs:
        gap = web.invented_rate - web.monofact_rate
        if abs(gap) <= NEAR + web.margin:
            continue
        missed = [(count.label, count.web - count.model) for count in web.counts if count.fewest]
        label, most = max(missed, key=lambda item: item[1] if gap > 0 else -item[1])
        if gap > 0:
            sentences.append(
                f'In "{web.law}" {gap:.2f} more is invented than the monofact rate; the theorem '
                f"gives a least rate only. Most of it ({most:.2f}) is facts on {label} pages: the "
                "model has met them and does not repeat them as often as the web does."
            )
        else:
            sentences.append(
                f'In "{web.law}" {-gap:.2f} less is invented than the monofact rate: the model '
                f"repeats facts on {label} pages more often than the web does ({-most:.2f}), and "
                f"is miscalibrated by {web.miscalibration:.2f}, as it has to be."
            )
    return sentences


def _names(laws: Sequence[str]) -> str:
    return ", ".join(f'"{law}"' for law in laws)
