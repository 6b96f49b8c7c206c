"""``llmlab world facts``: the truth of the pocket web."""

from __future__ import annotations

import argparse

from engine.data.entities import Fact
from engine.data.facts import facts
from engine.data.web import web_of
from engine.data.world import NANO_WORLD
from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Print a fact a line, of one tier, split or kind if asked."""
    narrate("building the pocket web ...")
    web = web_of(NANO_WORLD)
    for fact in facts(web, tier=arguments.tier, split=arguments.split, kind=arguments.kind):
        if arguments.json:
            emit_json(_as_json(fact))
        else:
            print(
                f"{fact.tier:<6} {fact.split:<7} {fact.exposures:>4}  {fact.question}  "
                f"{fact.answer}"
            )
    return 0


def _as_json(fact: Fact) -> dict[str, object]:
    return {
        "entity": fact.entity,
        "kind": fact.kind,
        "attribute": fact.attribute,
        "answer": fact.answer,
        "aliases": list(fact.aliases),
        "question": fact.question,
        "exposures": fact.exposures,
        "tier": fact.tier,
        "split": fact.split,
    }
