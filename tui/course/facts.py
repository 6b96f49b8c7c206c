"""What panes tell: the kinds of facts, and what each says. A course's checks are held against it.

A value may be missing where it means nothing: an answer that nobody can judge has no ``outcome``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that came true in the lab."""

    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)


_MODEL = {"model": (str, "as it is called in the lab, such as nano/sft"),
          "stage": (str, "in Compare: base, sft, idk, rl, server")}  # fmt: skip
_RUN = {"run": (str, "its name"), "stage": (str, "base, sft, idk or rl"),
        "preset": (str, "pico, nano ...")}  # fmt: skip

KINDS: Mapping[str, Mapping[str, tuple[type, str]]] = {
    "answer": {
        "pane": (str, "compare or chat"),
        **_MODEL,
        "chat": (bool, "whether the prompt was put as a conversation"),
        "question": (str, "what was asked"),
        "text": (str, "what was said, without tool calls"),
        "outcome": (str, "correct, wrong or abstained, for a question about the pocket web"),
        "truth": (str, "what the web says"),
        "tier": (str, "head, torso, tail or unseen"),
        "pages": (int, "pages that the fact stands on"),
        "tokens": (int, "length"),
        "calls": (int, "tool calls before it"),
    },
    "token_replaced": {
        **_MODEL,
        "token": (str, "the one that was put there"),
        "probability": (float, "the model's own, of the one that was put there"),
        "text": (str, "the whole answer as it is now"),
        "tokens": (int, "that were drawn after it"),
    },
    "tool_call": {
        "model": (str, "who made it"),
        "tool": (str, "calc, python, search ..."),
        "text": (str, "what was asked of it"),
        "state": (str, "done, failed, timed out, denied or broken off"),
        "output": (str, "what came back"),
        "by": (str, "tool, or you where the output was written by hand"),
    },
    "training": {
        **_RUN,
        "step": (int, "steps done"),
        "first_loss": (float, "the first that was told, nats a token"),
        "loss": (float, "the latest"),
        "fall": (float, "by what share of the first the loss has fallen, 0 to 1"),
    },
    "trained": {
        **_RUN,
        "step": (int, "steps done"),
        "checkpoint": (str, "what it made"),
    },
    "tokenized": {
        "tokenizer": (str, "its name"),
        "text": (str, "what was cut; texts of up to 2,000 characters are told"),
        "letters": (int, "characters of the text"),
        "tokens": (int, "pieces"),
        "letters_a_token": (float, "how far a token reaches"),
    },
    "merges_replayed": {
        "tokenizer": (str, "its name"),
        "word": (str, "what was merged"),
        "steps": (int, "merges"),
        "tokens": (int, "pieces at the end"),
    },
    "conversation_written": {
        "tokenizer": (str, "its name"),
        "tokens": (int, "of the whole conversation"),
        "special": (int, "of these, tokens that no text can become"),
        "counted": (int, "of these, tokens that the loss counts"),
        "share": (float, "that the loss counts, 0 to 1"),
    },
    "funnel": {
        "run": (str, "its name"),
        "pages": (int, "that came in"),
        "kept": (int, "that came out"),
        "share": (float, "kept of those that came in, 0 to 1"),
    },
    "page_opened": {
        "rule": (str, "that removed it, such as gopher_quality.min_words"),
        "title": (str, "the rule in words"),
        "measured": (str, "what the rule measured on it"),
        "limit": (str, "how that has to be for the page to stay: such as ≥ 50, or absent"),
        "raw": (bool, "whether its HTML is shown"),
        "html": (int, "bytes of its HTML"),
        "letters": (int, "characters of its text"),
        "share": (float, "of the HTML that is text, 0 to 1"),
    },
    "threshold_moved": {
        "rule": (str, "whose threshold it is, or the first of several"),
        "value": (float, "the threshold now"),
        "changed": (int, "pages of the sample that changed sides"),
        "clean_kept": (int, "clean pages of the sample that are kept now, where labels say so"),
        "junk_kept": (int, "pages of junk that are kept now, where labels say so"),
    },
    "probe": {
        "probe": (str, "its name"),
        "checkpoint": (str, "who was asked"),
        "questions": (int, "answered"),
    },
    "question_opened": {
        "probe": (str, "its name"),
        "question": (str, "what was asked"),
        "group": (str, "head, torso, tail, unseen, stranger ..."),
        "checkpoint": (str, "who was asked"),
        "outcome": (str, "correct, wrong or abstained: the greedy answer"),
        "text": (str, "the greedy answer"),
        "against": (str, "the checkpoint that it is compared with"),
        "outcome_against": (str, "how its greedy answer came out"),
        "text_against": (str, "its greedy answer"),
    },
    "rollout_opened": {
        "step": (int, "of the run"),
        "task": (str, "parity, addition ..."),
        "question": (str, "the problem"),
        "correct": (bool, "by the task's own verifier"),
        "advantage": (float, "how much better than its group it was"),
        "tokens": (int, "length"),
        "right": (int, "attempts of its group that are right"),
        "attempts": (int, "of its group"),
    },
    "before_after": {
        "parent": (str, "the checkpoint that the run began with"),
        "model": (str, "the one that it made"),
        "task": (str, "parity, addition ..."),
        "question": (str, "the problem"),
        "before": (int, "samples of the parent that are right"),
        "after": (int, "samples of the run's checkpoint that are right"),
        "gain": (int, "after less before"),
        "samples": (int, "of each"),
    },
}
"""By kind, and by value: its type and what it says."""
