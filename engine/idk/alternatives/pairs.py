"""Pairs for DPO: the same sentence up to the value, then the value or a refusal.

About what the parent does not know, the refusal is preferred to its own wrong value; about what it
knows, its own right value to a refusal. As the two share all that stands before the value, nothing
else is learned: neither another form of sentence nor another question.

The pairs of a run stand in one file, with what the parent gives their endings: a resumed run reads
the very same numbers again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine import special
from engine.conversation import Turn
from engine.data.entities import Entity
from engine.data.facts import aliases
from engine.data.web import Web
from engine.errors import RunError
from engine.files import read_jsonl, write_jsonl
from engine.idk.corpus import Facts, Known
from engine.idk.refusals import refused
from engine.local import LocalModel
from engine.model import Transformer
from engine.probes.judges import judge_all, judges_for
from engine.probes.question import Question
from engine.request import Request
from engine.sampling_params import SamplingParams
from engine.tokenizer import Tokenizer
from engine.train.preference import Choice, Pair, with_parent
from engine.train.recipe import Recipe

FILE = "5-pairs.jsonl"
MAX_TOKENS = 24
"""Of a value and the end of its sentence."""
TOKENS_A_PAIR = 256
"""So many of a run's tokens to a pair: each is met twice at most."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """A question, an answer to it up to the value, and how a refusal would end it."""

    question: Question
    before: str
    refusal: str
    known: bool


def pairs_of(
    recipe: Recipe,
    parent: LocalModel,
    model: Transformer,
    tokenizer: Tokenizer,
    web: Web,
    found: Known,
    folder: Path,
) -> list[Pair]:
    """The pairs of a run, from its folder if they are there.

    Args:
        recipe: how many, and the seed of all draws.
        parent: says its own values.
        model: the same in the form that is trained: gives the endings their probabilities.
        tokenizer: of both.
        web: what is true.
        found: what the parent was found to know and not to know.
        folder: of the run's pipeline.

    Raises:
        RunError: the parent ends no sentence, so that there is nothing to prefer.
        LabError: the disk is full.
    """
    path = folder / FILE
    if not path.exists():
        begun = _begun(found, max(2, recipe.steps * recipe.batch_tokens // TOKENS_A_PAIR), recipe)
        found_pairs = with_parent(model, _choices(parent, tokenizer, web, begun))
        write_jsonl(path, map(asdict, found_pairs))
    pairs = [_read(line) for line in read_jsonl(path)]
    if not pairs:
        raise RunError(
            f"{parent.info.name} ended no sentence about anybody with a value, so there is nothing "
            "to prefer a refusal to. Choose another parent."
        )
    return pairs


def _begun(found: Known, count: int, recipe: Recipe) -> list[_Begun]:
    """``count`` beginnings, half of each kind; of a kind, every group has the same share."""
    rng = random.Random(f"idk:pairs:{recipe.seed}")
    sides = [(_drawn(found.unknown, rng), False), (_drawn(found.known, rng), True)]
    begun = []
    for facts, known in sides:
        for _ in range(count // 2):
            if (fact := next(facts, None)) is None:
                break
            person, attribute = fact
            exchange = refused(person, attribute, rng, decides=True)
            before, refusal = (part.text for part in exchange.parts)
            question = Question(
                id=person.name,
                text=exchange.question,
                answer=person.values[attribute],
                aliases=aliases(person, attribute),
                judging="world",
                attribute=attribute,
            )
            begun.append(_Begun(question, before, refusal, known))
    return begun


def _drawn(facts: Facts, rng: random.Random) -> Iterator[tuple[Entity, str]]:
    groups = [group for group in facts.values() if group]
    while groups:
        yield rng.choice(rng.choice(groups))


def _choices(
    parent: LocalModel, tokenizer: Tokenizer, web: Web, begun: Sequence[_Begun]
) -> list[Choice]:
    """What the parent says after each beginning, against the refusal.

    Left out is what it has wrong of the known (asked in other words than it was found to know it)
    and right of the unknown (by luck): neither is to be taught.
    """
    prompts = [
        tuple(
            parent.dialect.render_chat(
                [Turn.of("user", each.question.text)],
                continue_ids=tokenizer.encode(" " + each.before),
            )
        )
        for each in begun
    ]
    end = tokenizer.special[special.ASSISTANT_END]
    params = SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS)
    rules = parent.dialect.answer_rules()
    found = parent.generator.generate_all(
        [
            Request(prompt_ids=prompt, params=params, stop_ids=frozenset({end}), calls=rules)
            for prompt in prompts
        ]
    )
    said = [
        (each.question, f"{each.before}{rows[0].text}")
        for each, rows in zip(begun, found, strict=True)
    ]
    with judges_for(web) as judge:
        verdicts = judge_all(judge, said)
    choices = []
    for each, prompt, (row,), verdict in zip(begun, prompts, found, verdicts, strict=True):
        refusal = (*tokenizer.encode(each.refusal), end)
        if verdict.outcome == ("correct" if each.known else "wrong") and row.ids[-1] == end:
            preferred, rejected = (row.ids, refusal) if each.known else (refusal, row.ids)
            choices.append(Choice(prompt=prompt, preferred=preferred, rejected=rejected))
    return choices


def _read(line: dict[str, Any]) -> Pair:
    ids = {name: tuple(value) for name, value in line["choice"].items()}
    return Pair(**{**line, "choice": Choice(**ids)})
