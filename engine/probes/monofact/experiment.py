"""One web after the other: drawn, learned, written about, measured. Each is kept when it is done.

A web's folder is named by a hash of all that decides its figures, so the same command goes on where
it was broken off, and another one shares the webs that it has in common with it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine import __version__, paths
from engine.background import locked
from engine.errors import LabError, ProbeError
from engine.files import disk_error, read_json, write_json
from engine.probes.monofact import training
from engine.probes.monofact.claims import Reader
from engine.probes.monofact.draws import probabilities, written
from engine.probes.monofact.estimates import GoodTuring, by_count, calibration, missing_mass
from engine.probes.monofact.law import Law
from engine.probes.monofact.pages import FactWeb, value_sets
from engine.probes.monofact.result import Example, WebResult
from engine.train.recipe import ModelShape

STEPS = 200
N_DRAWS = 2_000
N_EXAMPLES = 6
RESULT = "result.json"
UNLIKELY = 0.1
"""A fact is unlikely when the model gives it less than this part of one page of its web."""
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class WebPlan:
    """All that a web's figures depend on."""

    law: Law
    steps: int = STEPS
    n_draws: int = N_DRAWS
    seed: int = 1
    model: ModelShape = training.SHAPE
    batch_tokens: int = 4096

    def __post_init__(self) -> None:
        for name in ("steps", "n_draws"):
            if getattr(self, name) < 1:
                raise ProbeError(
                    f"{name} = {getattr(self, name)}, but must be at least 1. Change it."
                )

    @property
    def folder(self) -> Path:
        """Where this web is kept."""
        text = json.dumps([__version__, dataclasses.asdict(self)], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return paths.home() / "monofact" / f"{self.law.name.replace(' ', '-')}-{digest}"


def run(plans: Sequence[WebPlan], tell: Tell) -> list[WebResult]:
    """The results of all webs, those of finished ones from their folders.

    Args:
        plans: the webs.
        tell: takes a line of progress now and then.

    Raises:
        LabError: another process works on one of them, the disk is full, or training diverged.
    """
    results = []
    for number, plan in enumerate(plans, start=1):
        title = f"web {number} of {len(plans)} ({plan.law.name})"

        def tell_of(line: str, title: str = title) -> None:
            tell(f"{title}: {line}")

        results.append(_one(plan, tell_of))
    return results


def _one(plan: WebPlan, tell: Tell) -> WebResult:
    folder = plan.folder
    if (found := _finished(folder)) is not None:
        tell("done before")
        return found
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((folder / "lock").open("w"))
        except OSError as error:
            raise disk_error(folder, error) from error
        if not locked(lock):
            raise ProbeError(
                f"Another process works on {folder} already. Wait for it, or choose other --steps."
            )
        result = _measure(plan, tell)
        write_json(folder / RESULT, result.to_json())
        for state in folder.glob("state-*.safetensors"):
            state.unlink()
    tell(
        f"monofact rate {result.monofact_rate:.3f}, invented {result.invented_rate:.3f}, "
        f"bound {result.bound:.3f}"
    )
    return result


def _finished(folder: Path) -> WebResult | None:
    if not (folder / RESULT).exists():
        return None
    try:
        return WebResult.from_json(read_json(folder / RESULT))
    except (KeyError, TypeError) as error:
        raise LabError(
            f"{folder / RESULT} is no result of this version ({error!r}). Delete it."
        ) from error


def _measure(plan: WebPlan, tell: Tell) -> WebResult:
    web = FactWeb.build(plan.law, plan.seed)
    recipe = training.recipe(plan.model, plan.steps, plan.seed, batch_tokens=plan.batch_tokens)
    tell(f"{len(web.pages)} pages about {len(web.counts)} facts; training")
    learned = training.train(web, recipe, plan.folder, tell)
    model, tokenizer = learned.model, learned.tokenizer
    tell(f"the model writes {plan.n_draws} pages")
    texts = written(model, tokenizer, plan.n_draws, plan.seed)
    reader = Reader(value_sets())
    read = [reader.read(text) for text in texts]
    stated = [claim for claim in read if claim is not None]
    if not stated:
        raise ProbeError(
            f"No page that the model of {plan.folder} wrote could be read: it has learned too "
            "little. Ask for more --steps."
        )
    tell(f"how likely it holds the facts of {plan.n_draws} pages of its own and of the web")
    from_web = web.fresh(plan.n_draws, plan.seed + 1)
    g = probabilities(model, tokenizer, [*stated, *from_web])
    # Pages that state nothing count on neither side: g is that of a page which states something.
    readable = len(stated) / len(texts)
    bins = calibration(
        [g[fact] / readable for fact in from_web],
        [g[claim] / readable for claim in stated],
        unlikely=UNLIKELY / plan.law.n_pages,
    )
    subjects = {(fact.name, fact.attribute) for fact in web.counts}
    false = [claim for claim in stated if claim not in web.probabilities]
    seen = GoodTuring.of(web.counts)
    return WebResult(
        law=plan.law.name,
        n_pages=seen.n,
        n_facts=len(web.probabilities),
        n_candidates=web.n_candidates,
        n_distinct=seen.distinct,
        n_once=seen.once,
        missing_mass=missing_mass(web.probabilities, web.counts),
        steps=learned.step,
        n_params=model.n_params(),
        heldout_loss=learned.heldout_loss,
        n_written=len(texts),
        n_stated=len(stated),
        n_invented=len(false),
        n_contradicting=sum((claim.name, claim.attribute) in subjects for claim in false),
        bins=tuple(bins),
        counts=tuple(by_count(web.probabilities, web.counts, stated)),
        examples=tuple(
            Example(text, claim in web.probabilities, web.counts[claim])
            for text, claim in zip(texts, read, strict=True)
            if claim is not None
        )[:N_EXAMPLES],
    )
