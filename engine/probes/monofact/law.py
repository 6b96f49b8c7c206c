"""How often each fact of a web is talked about: the law that its pages are drawn by."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import ProbeError

FEWEST_WEBS, MOST_WEBS = 4, 12
N_PAGES = 8_000
N_COMMON = 100
MOST_RARE_SHARE = 0.8
RARE_A_PAGE = 2.5
"""Rare facts for each page about one: so most of those that are met are met once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """Two kinds of facts. Each page is about one fact, drawn anew (with replacement).

    The common facts are equally likely. The rare ones have ``rare_share`` of all pages together,
    the one of rank k in proportion to ``k ** -exponent``: with 0 they are equally likely as well.
    """

    name: str
    n_pages: int
    n_common: int
    n_rare: int
    rare_share: float
    exponent: float = 0.0

    def weights(self) -> list[float]:
        """Probability of each fact, the common ones first; they add up to 1."""
        ranked = [rank**-self.exponent for rank in range(1, self.n_rare + 1)]
        total = sum(ranked)
        common = (1 - self.rare_share) / self.n_common if self.n_common else 0.0
        return [common] * self.n_common + [self.rare_share * weight / total for weight in ranked]


def laws(n_webs: int, n_pages: int = N_PAGES) -> list[Law]:
    """Webs from "all facts stand on many pages" to "most pages state what no other one does".

    All but the last are mixtures of common and rare facts. In the last one facts follow Zipf's
    law, so that there are facts of every frequency between the two.

    Raises:
        ProbeError: fewer webs than show anything, or more than names last for.
    """
    if not FEWEST_WEBS <= n_webs <= MOST_WEBS:
        raise ProbeError(
            f"{n_webs} webs were asked for, but {FEWEST_WEBS} to {MOST_WEBS} can be compared. "
            "Change --webs."
        )
    mixtures = []
    for index in range(n_webs - 1):
        share = round(MOST_RARE_SHARE * index / (n_webs - 2), 3)
        mixtures.append(
            Law(
                name=f"rare {share:.2f}",
                n_pages=n_pages,
                n_common=N_COMMON,
                n_rare=round(RARE_A_PAGE * share * n_pages),
                rare_share=share,
            )
        )
    zipf = Law(
        name="Zipf", n_pages=n_pages, n_common=0, n_rare=n_pages, rare_share=1.0, exponent=1.0
    )
    return [*mixtures, zipf]
