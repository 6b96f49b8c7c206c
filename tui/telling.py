"""What each pane tells the journal, made of what it shows (``tui.course.facts`` has the kinds)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.journal import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.message_pump import MessagePump

    from engine.data.funnel.report import Report
    from engine.data.funnel.results import DroppedRow
    from engine.rl.record import Group
    from engine.vocab.chats import ChatPiece
    from tui.answers import Answer, Row
    from tui.chat.parts import Call
    from tui.chat.reply import Reply
    from tui.data.sample import Sample
    from tui.lane import Lane
    from tui.probes.watch import Shown as ShownProbe
    from tui.rl.before import Comparison
    from tui.tokens.desk import Desk
    from tui.tokens.merging import Merging
    from tui.truth import Verdict

MOST_CUT = 2_000
"""Characters of a text that is told with its tokens; joining longer ones costs more than a key."""


def answered(teller: MessagePump, lane: Lane, answer: Answer, row: Row) -> None:
    """A column has its answer; one that went on from another token says that as well."""
    model = {"model": lane.name, "stage": lane.stage}
    verdict = row.verdict if answer.chat else None  # A continuation is not judged.
    tell(
        teller, "answer", pane="compare", **model, chat=answer.chat, question=answer.question,
        text=row.text, tokens=len(row.tokens), calls=0, **_judged(verdict),
    )  # fmt: skip
    place = len(answer.request.continue_ids) - 1
    if 0 <= place < len(row.tokens):
        put = row.tokens[place]
        tell(
            teller, "token_replaced", **model, token=put.text, probability=put.probability,
            text=row.text, tokens=len(row.tokens) - place - 1,
        )  # fmt: skip


def replied(teller: MessagePump, model: str, question: str, reply: Reply) -> None:
    """A conversation has a whole answer."""
    tell(
        teller, "answer", pane="chat", model=model, chat=True, question=question, text=reply.text,
        tokens=sum(len(part.tokens) for part in reply.parts), calls=len(list(reply.calls)),
        **_judged(reply.verdict),
    )  # fmt: skip


def called(teller: MessagePump, model: str, call: Call) -> None:
    """A tool has answered, or could not."""
    outcome = call.outcome
    if outcome is not None:
        tell(
            teller, "tool_call", model=model, tool=call.tool, text=call.text, state=call.state,
            output=outcome.output or outcome.error, by=outcome.by,
        )  # fmt: skip


def cut(teller: MessagePump, desk: Desk) -> None:
    """The text on the desk, as the chosen tokenizer cuts it."""
    text, counts = desk.buffer.text, desk.counts(desk.seat)
    if counts is not None and text and len(text) <= MOST_CUT:
        tell(
            teller, "tokenized", tokenizer=desk.seat.name, text=text, letters=len(text),
            tokens=counts.tokens, letters_a_token=counts.characters_a_token,
        )  # fmt: skip


def merged(teller: MessagePump, merging: Merging) -> None:
    """A word was replayed."""
    tell(
        teller, "merges_replayed", tokenizer=merging.name, word=merging.word,
        steps=len(merging.steps) - 1, tokens=len(merging.steps[-1].parts),
    )  # fmt: skip


def written(teller: MessagePump, tokenizer: str, pieces: Sequence[ChatPiece]) -> None:
    """A conversation was written down."""
    counted = sum(each.counted is True for each in pieces)
    tell(
        teller, "conversation_written", tokenizer=tokenizer, tokens=len(pieces),
        special=sum(each.piece.special is not None for each in pieces), counted=counted,
        share=counted / max(1, len(pieces)),
    )  # fmt: skip


def filtered(teller: MessagePump, report: Report) -> None:
    """A run of the funnel is shown."""
    came, kept = report.input.pages, report.output.pages
    tell(
        teller, "funnel", run=report.name, pages=came, kept=kept, share=kept / max(1, came)
    )  # fmt: skip


def page_opened(teller: MessagePump, page: DroppedRow, *, raw: bool) -> None:
    """A page that was removed is read."""
    from engine.data.funnel.rules import BY_NAME
    from tui.data.looks import threshold_words, value_words

    rule = BY_NAME.get(page.rule)
    limit = threshold_words(rule.keeps, page.threshold) if rule else ""
    tell(
        teller, "page_opened", rule=page.rule, title=rule.title if rule else page.rule,
        measured=value_words(page.rule, page.value), limit=limit or "absent", raw=raw,
        html=page.n_bytes, letters=len(page.text),
        share=min(1.0, len(page.text) / max(1, page.n_bytes)),
    )  # fmt: skip


def threshold_moved(teller: MessagePump, sample: Sample) -> None:
    """Another threshold was held against the sample."""
    outcome = sample.outcome
    if outcome is None:
        return
    labelled = outcome.clean + outcome.junk > 0
    for rule, value in outcome.thresholds.items():
        tell(
            teller, "threshold_moved", rule=rule, value=float(value), changed=outcome.n_changed,
            clean_kept=outcome.now.clean_kept if labelled else None,
            junk_kept=outcome.now.junk_kept if labelled else None,
        )  # fmt: skip


def probe_shown(teller: MessagePump, shown: ShownProbe) -> None:
    """A probe's answers are there."""
    tell(
        teller, "probe", probe=shown.listed.status.name, checkpoint=shown.plan.checkpoint,
        questions=shown.book.n_answered,
    )  # fmt: skip


def question_opened(teller: MessagePump, shown: ShownProbe, place: int) -> None:
    """The answers to one question of a probe are read."""
    question, record = shown.book.questions[place], shown.book.records[place]
    if record is None:
        return
    before = shown.book.before[place]
    against: dict[str, Any] = {}
    if before is not None:
        against = {
            "against": shown.plan.against,
            "outcome_against": before.greedy.outcome,
            "text_against": before.greedy.text.strip(),
        }
    tell(
        teller, "question_opened", probe=shown.listed.status.name, question=question.text,
        group=question.group, checkpoint=shown.plan.checkpoint, outcome=record.greedy.outcome,
        text=record.greedy.text.strip(), **against,
    )  # fmt: skip


def rollout_opened(teller: MessagePump, group: Group, card: int) -> None:
    """An attempt is read whole."""
    attempt = group.attempts[card]
    tell(
        teller, "rollout_opened", step=group.step, task=group.task, question=group.question,
        correct=attempt.correct, advantage=attempt.advantage, tokens=attempt.n_drawn,
        right=sum(each.correct for each in group.attempts), attempts=len(group.attempts),
    )  # fmt: skip


def compared(teller: MessagePump, asked: Comparison) -> None:
    """A problem was put to the parent of a run and to what came of it."""
    if all(side.state == "done" for side in asked.sides):
        before, after = asked.sides
        tell(
            teller, "before_after", parent=before.name, model=after.name, task=asked.group.task,
            question=asked.group.question, before=before.n_right, after=after.n_right,
            gain=after.n_right - before.n_right, samples=len(after.samples),
        )  # fmt: skip


def _judged(verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return {}
    return {
        "outcome": verdict.outcome,
        "truth": verdict.truth,
        "tier": verdict.tier,
        "pages": verdict.exposures,
    }
