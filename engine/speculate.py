"""Guess the next tokens from the text itself: where its last words stood before, what followed?

A guess costs next to nothing, and reading a few tokens in one pass hardly more than reading one. A
right guess saves a pass, a wrong one is thrown away: what is drawn is what would have been drawn
without it, so the answer is the same, sampled or greedy. It pays where a text repeats itself or
its prompt: summaries, code, quotations (prompt lookup decoding; the verification is that of
Leviathan et al., arXiv 2211.17192, section 2, for a guess without probabilities). No torch.
"""

from __future__ import annotations

from collections.abc import Sequence

SIZES = (3, 2)
"""Lengths of the last words that are looked up, the surest first."""


class Lookup:
    """Where each run of words of one growing text stood last."""

    __slots__ = ("_followers", "_n_seen")

    def __init__(self) -> None:
        self._followers: dict[tuple[int, ...], int] = {}
        self._n_seen = 0

    def guess(self, ids: Sequence[int], n: int) -> list[int]:
        """At most ``n`` ids that may follow ``ids``, which has grown since the last call."""
        for end in range(max(self._n_seen, 1), len(ids)):
            for size in SIZES:
                if end >= size:
                    self._followers[tuple(ids[end - size : end])] = end
        self._n_seen = len(ids)
        for size in SIZES:
            at = self._followers.get(tuple(ids[-size:]))
            if at is not None and n > 0:
                # What repeats with a short period is guessed on beyond the end of the text.
                period = ids[at:]
                return [period[i % len(period)] for i in range(n)]
        return []
