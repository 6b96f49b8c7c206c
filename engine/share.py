"""What one pass reads of each row, and which of its logits are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.batch import NewTokens
from engine.drawn import Drawn
from engine.row import Row


@dataclass(frozen=True, slots=True)
class Share:
    """What one pass reads of a row: ``n_new`` of its ids, and ids guessed to come next."""

    row: Row
    n_new: int
    guess: Sequence[int] = ()

    @property
    def reads_all(self) -> bool:
        """Whether nothing of the row is left unread, so that it draws."""
        return self.n_new == self.row.n_unread

    @property
    def n_wanted(self) -> int:
        """Tokens of the share whose logits are wanted."""
        if self.row.echoes:
            return self.n_new
        return 1 + len(self.guess) if self.reads_all else 0

    def new_tokens(self) -> NewTokens:
        """The share as a part of a batch."""
        row = self.row
        ids = [*row.ids[row.n_cached : row.n_cached + self.n_new], *self.guess]
        return NewTokens(ids, row.n_cached, row.blocks, len(ids) - self.n_wanted)


@dataclass(frozen=True, slots=True)
class Echo:
    """A prompt to be reported to all rows of its request once it has been read."""

    rows: Sequence[Row]
    seen: list[Drawn]


def drawn_from(shares: Sequence[Share], device: torch.device) -> Tensor:
    """Which of the wanted logits are drawn from, where echoes have asked for more."""
    indices: list[int] = []
    end = 0
    for share in shares:
        end += share.n_wanted
        if share.reads_all:
            indices.extend(range(end - 1 - len(share.guess), end))
    return torch.tensor(indices, dtype=torch.int64, device=device)
