"""Hold an answer against the truth: correct, wrong or abstained, and what it says.

``verdict`` is the one interface. ``world`` judges the pocket web's facts, ``exact`` compares words,
``number`` numbers, ``symbolic`` expressions (in the jail), ``server`` asks a model on an
OpenAI-compatible server. ``by_kind`` picks by what a question says. What a refusal is stands in
``engine.data.refusal``. Nothing here imports torch.
"""

from __future__ import annotations

from engine.data.refusal import is_refusal
from engine.probes.judges.by_kind import Judges, judges_for
from engine.probes.judges.exact import ExactJudge
from engine.probes.judges.number import NumberJudge
from engine.probes.judges.server import ServerJudge
from engine.probes.judges.symbolic import SymbolicJudge
from engine.probes.judges.verdict import AnswerJudge, Verdict, judge_all
from engine.probes.judges.world import WorldJudge

__all__ = [
    "AnswerJudge",
    "ExactJudge",
    "Judges",
    "NumberJudge",
    "ServerJudge",
    "SymbolicJudge",
    "Verdict",
    "WorldJudge",
    "is_refusal",
    "judge_all",
    "judges_for",
]
