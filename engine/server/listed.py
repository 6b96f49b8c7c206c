"""Only what the list of models shows may be asked for.

On the owner's own socket a checkpoint is also named by its folder. Over TCP that would let any
client look for folders on this machine, and load what lies in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dialect import Dialect
from engine.errors import CheckpointError
from engine.precision import split_name
from engine.server.backend import Backend, Device, LoadedModel, Offer, Source


@dataclass(frozen=True, slots=True)
class Listed:
    """A backend without its unlisted checkpoints."""

    backend: Backend

    @property
    def device(self) -> Device:
        """What it computes on."""
        return self.backend.device

    def offers(self) -> Sequence[Offer]:
        """The checkpoints that can be asked for by name."""
        return self.backend.offers()

    def find(self, name: str) -> Source:
        """Look a listed checkpoint up.

        Raises:
            CheckpointError: it is not listed, or its precision is unknown.
        """
        self._check(name)
        return self.backend.find(name)

    def dialect(self, name: str) -> Dialect:
        """How a listed checkpoint is spoken to.

        Raises:
            CheckpointError: it is not listed, or damaged.
        """
        self._check(name)
        return self.backend.dialect(name)

    def load(self, source: Source) -> LoadedModel:
        """Load it.

        Raises:
            CheckpointError: it is damaged.
        """
        return self.backend.load(source)

    def _check(self, name: str) -> None:
        base, _ = split_name(name)
        if all(offer.name != base for offer in self.backend.offers()):
            raise CheckpointError(
                f"There is no model {name[:80]!a}. GET /v1/models lists those there are."
            )
