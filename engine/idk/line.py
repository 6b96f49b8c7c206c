"""Where the line stands between answering and refusing (see ``engine.train.line``)."""

from __future__ import annotations

from engine.data.web import Web
from engine.dialect import Dialect
from engine.idk.development import Development
from engine.idk.refusals import REFUSALS
from engine.train.line import Line
from engine.train.search_line import places

MOST_REFUSED = 0.15
"""Share that may be refused of what the parent knows on the development split."""


def refusal_line(development: Development, web: Web, dialect: Dialect) -> Line:
    """The line of ``dialect``'s model, between the value and the token all refusals begin with."""
    return Line(
        name="refusal",
        token=dialect.tokenizer.encode(REFUSALS[0])[0],
        places=places(web, dialect, "idk:line"),
        figures=development.figures,
        watched="refused_known",
        bound=MOST_REFUSED,
    )
