"""The words of a chain: what is true, what each checkpoint says, what a search finds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from textual.content import Content

from tui.format import fitted
from tui.probes.grid_layout import attribute_words
from tui.probes.looks import PENDING, outcome_sign, pages
from tui.safe_text import one_line
from tui.stages import hue

if TYPE_CHECKING:
    from tui.probes.about import About, Ask, Weighed
    from tui.probes.chain import Chain, Lane

_WORLD_AWAITED = (
    "waiting for the process that knows the world: the first time it writes all pages anew, which "
    "takes some seconds"
)
_NOT_JUDGED = ("•", "")
MOST_VALUES = 4
MOST_CHARS = 600


def about_words(about: About) -> Content:
    """``Mira Veklon  person · head``, or that no page tells of the name."""
    if about.free:
        words = "a question about something else: nobody here knows what is true"
    elif not about.kind:
        words = "stands on no page: not in the world, not even in the part that only search finds"
    elif about.tier == "unseen":
        words = f"{about.kind} · unseen: stands on no training page, but search can find it"
    else:
        words = f"{about.kind} · {about.tier}"
    return Content.assemble((one_line(about.name), "bold"), (f"   {one_line(words)}", "$quiet"))


def ask_words(ask: Ask, width: int) -> Content:
    """A line of the list of questions: attribute, truth, exposures."""
    if not ask.attribute:
        return Content(fitted(one_line(ask.question), width))
    truth = one_line(ask.truth) if ask.truth is not None else "nobody knows"
    return Content.assemble(
        f"{attribute_words(ask.attribute):12} ", (f"{fitted(truth, 24):25}", "bold"),
        (pages(ask.exposures), "$quiet"),
    )  # fmt: skip


def chain_words(chain: Chain) -> Content:
    """All of it but the list of questions."""
    if chain.ask is None:
        return Content.styled(one_line(chain.message) or _WORLD_AWAITED, "$quiet")
    lines = [Content.assemble(("asked  ", "$quiet"), (one_line(chain.ask.question), "bold"))]
    for lane in chain.lanes:
        lines += [Content(""), *_lane(lane, chain.samples)]
    lines += [Content(""), *_search(chain)]
    return Content("\n").join(lines)


def _lane(lane: Lane, samples: int) -> list[Content]:
    name = (one_line(lane.name), f"bold {hue(lane.stage)}")
    if lane.state == "failed":
        return [Content.assemble(name, (f"  ✗ {one_line(lane.message)}", "$text-error"))]
    if lane.weighed is None:
        what = {
            "waiting": "waits",
            "asking": "answers …",
            "weighing": "is held against the truth …",
        }
        said = f"  {_cut(lane.texts[0])}" if lane.texts and lane.texts[0] else ""
        return [Content.assemble(name, (f"  {what.get(lane.state, '')}", "$quiet"), said)]
    weighed, drawn = lane.weighed, lane.texts[1:]
    head = Content.assemble(name, "  ", _sign(weighed.outcomes[0]), " ", _cut(lane.texts[0]))
    if weighed.agreement is None:
        return [head]
    signs = Content("").join(Content.assemble(_sign(outcome)) for outcome in weighed.outcomes[1:])
    line = Content.assemble(
        (f"  {len(drawn)} samples  ", "$quiet"), signs,
        (f"   agreement {weighed.agreement:.2f}   ", "$quiet"), _values(weighed, drawn),
    )  # fmt: skip
    return [head, line]


def _values(weighed: Weighed, drawn: list[str]) -> Content:
    """``5 x Dunbury · 2 x Ashford · 1 x abstains``: what the samples say, the most said first."""
    counter: Counter[tuple[str, str]] = Counter()
    for text, value, outcome in zip(drawn, weighed.values[1:], weighed.outcomes[1:], strict=True):
        said = "abstains" if outcome == "abstained" else value or _cut(fitted(text.strip(), 24))
        counter[said, outcome] += 1
    parts: list[Content | str | tuple[str, str]] = []
    for (said, outcome), number in counter.most_common(MOST_VALUES):
        gap = " · " if parts else ""
        parts += [(f"{gap}{number} × ", "$quiet"), (one_line(said), _sign(outcome)[1])]
    left = len(counter) - MOST_VALUES
    if left > 0:
        parts.append((f" · {left} more", "$quiet"))
    return Content.assemble(*parts)


def _sign(outcome: str) -> tuple[str, str]:
    return outcome_sign(outcome) if outcome else _NOT_JUDGED


def _search(chain: Chain) -> list[Content]:
    name = ("search", "bold $text-accent")
    result = chain.found
    if result is None:
        words = f" {one_line(chain.search_message)}"
        return [Content.assemble(name, " ", PENDING, (words, "$quiet"))]
    if result.kind != "ok" or not result.output.strip():
        words = one_line(result.error) or "it found nothing"
        return [Content.assemble(name, (f"  ○ {words}", "$text-warning"))]
    line = Content.assemble(name, "  ✓ ", _cut(result.output))
    unnamed = [source for source in result.sources[:3] if source not in result.output]
    if not unnamed:
        return [line]  # The pages say themselves where they are from.
    return [line, Content.styled(f"  from {', '.join(map(one_line, unnamed))}", "$quiet")]


def _cut(text: str) -> str:
    return one_line(fitted(text.strip(), MOST_CHARS)) or "(nothing)"
