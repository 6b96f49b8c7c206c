"""Sampling settings that a step of the course lends a pane; what somebody had chosen comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui.sampling import Params, Sampling


class Drawing(Protocol):
    """A pane, or what it keeps its settings in."""

    sampling: Sampling
    """In force."""
    own_sampling: Sampling | None
    """What comes back when the step is left; None while no step has lent its own."""


def lend(drawing: Drawing, sampling: Sampling) -> None:
    """Draw by these until ``take_back``; what is changed meanwhile is changed for the step."""
    drawing.own_sampling = own_sampling(drawing)
    drawing.sampling = sampling


def take_back(drawing: Drawing) -> None:
    """The step is left; harmless where it has lent nothing."""
    drawing.sampling, drawing.own_sampling = own_sampling(drawing), None


def own_sampling(drawing: Drawing) -> Sampling:
    """The settings without those of a step: what is kept for the next visit."""
    return drawing.own_sampling or drawing.sampling


def give_back(drawing: Drawing, sampling: Sampling) -> None:
    """Somebody's settings of the visit before; those of a step stay in force."""
    if drawing.own_sampling is None:
        drawing.sampling = sampling
    else:
        drawing.own_sampling = sampling


def be_as_set(drawing: Drawing, of: Params) -> None:
    """Take over what the settings ``of`` a pane say now; what they do not name stays."""
    drawing.sampling = drawing.sampling.as_set(of)
    if drawing.own_sampling is not None:
        drawing.own_sampling = drawing.own_sampling.as_set(of)
