"""What a column can ask: a checkpoint here, in one precision or another, or a server's model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.precision import PRECISIONS, Precision, default_precision

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.remote.client import RemoteModel

ELSEWHERE = "server"
"""The ``stage`` of a model that another server has: nothing is known of its training."""

_PRECISIONS = (None, *PRECISIONS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A line of the list of models; ``base`` is what its engine or server calls it."""

    base: str
    stage: str
    chats: bool | None
    """Whether it answers conversations; None where asking is the only way to know."""
    where: str
    """Where it is, in words: ``shipped``, a date, a server's host."""
    n_params: int | None = None
    precision: Precision | None = None
    """Asked for by the person; None leaves it to the engine."""
    tools: tuple[str, ...] = ()
    """What it has learned to call."""
    server: str | None = None
    """The name of the server that has it, None for the lab's own engine."""

    @staticmethod
    def of_checkpoint(info: CheckpointInfo) -> Model:
        """A checkpoint of the lab."""
        return Model(
            base=info.name,
            stage=info.stage,
            chats=info.chats,
            where="shipped" if info.shipped else info.created[:10],
            n_params=info.n_params,
            tools=info.tools,
        )

    @staticmethod
    def of_server(server: str, url: str, model: RemoteModel) -> Model:
        """A server's model."""
        return Model(
            base=model.id,
            stage=ELSEWHERE,
            chats=model.chats,
            where=urlsplit(url).netloc,
            n_params=model.n_params,
            server=server,
        )

    @property
    def name(self) -> str:
        """What stands on its column; no two models have the same."""
        if self.server is not None:
            return f"{self.server}: {self.base}"
        return self.base if self.precision is None else f"{self.base}@{self.precision}"

    @property
    def asked_as(self) -> str:
        """Its name in a request."""
        return self.base if self.server is not None else self.name

    def turned(self, by: int) -> Model:
        """The same checkpoint in the next or previous precision; a server's model as it is."""
        if self.server is not None:
            return self
        place = _PRECISIONS.index(self.precision) + by
        return replace(self, precision=_PRECISIONS[place % len(_PRECISIONS)])

    def computed_in(self, device: str) -> str:
        """What the engine chooses by itself where that is not fp32; else nothing to mention."""
        if self.server is not None or self.precision is not None or not (device and self.n_params):
            return ""
        precision = default_precision(self.n_params, device)
        return "" if precision == "fp32" else precision
