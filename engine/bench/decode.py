"""``llmlab bench decode``: how fast the engine decodes, beside others on the same weights.

Ours is the whole engine as the app uses it: queue, sampling, logprobs, entropy, events. It is set
beside ``transformers``, llama.cpp and a loop without a cache, each in a process of its own (see
``contenders``); those that are not installed are named, with the reason. This process imports no
torch: it gives out the work and reckons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bench.arrivals import run_arrivals
from engine.bench.batches import run_batches
from engine.bench.contenders import Contenders, Say
from engine.bench.machine import head_of
from engine.bench.plan import Plan, Section
from engine.bench.prefix import run_prefix
from engine.bench.quality import run_quality
from engine.bench.ragged import run_ragged
from engine.bench.speculate import run_speculate
from engine.manifest import CheckpointInfo

Report = dict[str, Any]


def run_decode_bench(info: CheckpointInfo, plan: Plan, say: Say) -> Report:
    """Measure one checkpoint.

    Returns:
        A JSON document: what it ran on, ``contenders`` (what each is), ``unavailable`` (who could
        not take part, and why), and a part for each section (see the modules of their names);
        one that was left out holds ``left_out``, the reason. Units stand in the names: ``_s``
        seconds, ``_per_s`` tokens a second, ``_bytes``.

    Raises:
        LabError: the checkpoint is damaged, or a contender died.
    """
    head = head_of("decode", info)
    with Contenders(info, head["threads"], say) as contenders:
        bench = _DecodeBench(contenders, plan, say)
        sections: dict[str, Report | list[Report]] = {
            section: bench.run(section) for section in plan.sections
        }
        return {
            **head,
            "n_prompt": plan.n_prompt,
            "n_new": plan.n_new,
            "contenders": {each.name: each.about for each in contenders.opened},
            "unavailable": contenders.unavailable,
            **sections,
            **{section: {"left_out": why} for section, why in plan.left_out.items()},
        }


class _DecodeBench:
    """The sections of one run, on contenders that they share."""

    def __init__(self, contenders: Contenders, plan: Plan, say: Say) -> None:
        self._contenders = contenders
        self._plan = plan
        self._say = say
        self._first = contenders.ours(plan.precisions[0])
        shape: dict[str, int] = self._first.child.ask("shape")
        self._n_vocab, self._max_seq_len = shape["n_vocab"], shape["max_seq_len"]

    def run(self, section: Section) -> Report | list[Report]:
        sections: dict[Section, Callable[[], Report | list[Report]]] = {
            "batches": self._batches,
            "quality": self._quality,
            "ragged": self._ragged,
            "arrivals": self._arrivals,
            "speculate": self._speculate,
            "prefix": self._prefix,
        }
        return sections[section]()

    def _batches(self) -> list[Report]:
        plan, contenders = self._plan, self._contenders
        chosen = [contenders.ours(precision) for precision in plan.precisions]
        theirs = [contenders.transformers(), *map(contenders.llama, plan.precisions)]
        if plan.is_small:
            theirs.append(contenders.uncached())
        else:
            contenders.unavailable["uncached@fp32"] = "a model of this size would take hours"
        chosen += [each for each in theirs if each is not None]
        bandwidth = contenders.bandwidth(max(each.about["weight_bytes"] for each in chosen))
        return run_batches(chosen, bandwidth, self._n_vocab, plan, self._say)

    def _quality(self) -> Report:
        return run_quality(self._contenders, self._plan.precisions, self._say)

    def _ragged(self) -> Report:
        return run_ragged(
            self._first,
            self._contenders.transformers(),
            n_vocab=self._n_vocab,
            max_seq_len=self._max_seq_len,
            rounds=self._plan.section_rounds,
            say=self._say,
        )

    def _arrivals(self) -> Report:
        return run_arrivals(
            self._first,
            n_vocab=self._n_vocab,
            max_seq_len=self._max_seq_len,
            median_length=self._plan.arriving_length,
            rounds=self._plan.section_rounds,
            say=self._say,
        )

    def _speculate(self) -> Report:
        return run_speculate(
            self._first,
            max_seq_len=self._max_seq_len,
            n_new=2 * self._plan.n_new,
            rounds=self._plan.section_rounds,
            say=self._say,
        )

    def _prefix(self) -> Report:
        return run_prefix(
            self._first,
            n_vocab=self._n_vocab,
            max_seq_len=self._max_seq_len,
            rounds=self._plan.section_rounds,
            say=self._say,
        )
