"""P(True): ask the model whether an answer is right, and see how likely it finds "Yes".

Kadavath et al., arXiv 2207.05221, section 3: the model sees a question and a proposed answer, after
a few examples of right and wrong ones; its probability of "Yes" against "No" is the score. Their
models had billions of parameters; a small one can hardly look at what it said.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.conversation import Turn
from engine.data.pages import answer as sentence
from engine.data.pages import question as question_about
from engine.data.phrases import PERSON
from engine.data.web import Web
from engine.local import LocalModel
from engine.probes.hidden import Said, read

_VERDICTS = (True, False, False, True)
"""Of the examples, in this order."""


@dataclass(frozen=True, slots=True)
class Example:
    """A proposed answer and whether it is right."""

    question: str
    answer: str
    right: bool


WELL_KNOWN = (
    Example("What is the capital of France?", "Paris", True),
    Example("How many legs does a spider have?", "Six", False),
    Example("Who wrote Hamlet?", "Charles Dickens", False),
    Example("What do bees make?", "Honey", True),
)
"""For models of the wide world."""


class PTrue:
    """Asks one model.

    Args:
        local: the model.
        web: what it knows best, for examples; None takes ``WELL_KNOWN``.
    """

    def __init__(self, local: LocalModel, web: Web | None) -> None:
        self._local = local
        self._examples = WELL_KNOWN if web is None else world_examples(web)
        # A reply begins as the dialect begins one; in a document a space stands before it.
        before = local.dialect.answer_prefix if local.chats else " "
        yes, no = (local.tokenizer.encode(before + _verdict(right)) for right in (True, False))
        n_common = next(i for i, (a, b) in enumerate(zip(yes, no, strict=False)) if a != b)
        self._said = yes[:n_common]
        """Tokens that both words begin with: in a small vocabulary the space is one of its own."""
        self._yes = yes[n_common]
        self._other_ids = set(range(local.model.config.vocab_size)) - {yes[n_common], no[n_common]}

    def scores(self, proposed: Sequence[tuple[str, str]]) -> list[float | None]:
        """Probability of "Yes" against "No" for each question and answer; higher says right.

        None where even without examples the prompt does not fit the context.
        """
        prompts = [self._prompt(question, answer) for question, answer in proposed]
        texts = [Said(ids, [self._yes]) for ids in prompts if ids is not None]
        seen = read(self._local.model, texts, [0], never=self._other_ids)
        return [None if ids is None else float(next(seen).logprobs[0].exp()) for ids in prompts]

    def _prompt(self, question: str, answer: str) -> list[int] | None:
        """With the examples if they fit, else without."""
        for examples in (self._examples, ()):
            ids = self._render(examples, question, answer)
            if len(ids) < self._local.info.max_seq_len:
                return ids
        return None

    def _render(self, examples: Sequence[Example], question: str, answer: str) -> list[int]:
        asked = _asked(question, answer)
        if not self._local.chats:
            pages = [f"{_asked(e.question, e.answer)} {_verdict(e.right)}.\n\n" for e in examples]
            return self._local.dialect.render_completion("".join(pages) + asked, self._said)
        turns = []
        for example in examples:
            turns.append(Turn.of("user", _asked(example.question, example.answer)))
            turns.append(Turn.of("assistant", f"{_verdict(example.right)}."))
        return self._local.dialect.render_chat([*turns, Turn.of("user", asked)], self._said)


def world_examples(web: Web) -> tuple[Example, ...]:
    """About the best known people of the training split; a wrong answer is another one's."""
    rng = random.Random(f"p_true:{web.world.config.seed}")
    people = [p for p in web.world.people if p.split == "train" and not p.development]
    best = [p for p in people if p.tier == "head"] or people
    made = []
    for right, attribute in zip(_VERDICTS, rng.sample(list(PERSON), len(_VERDICTS)), strict=True):
        person = rng.choice(best)
        others = [p for p in people if p.values[attribute] != person.values[attribute]]
        said = person
        if not right and others:
            value = rng.choice(others).values[attribute]
            said = replace(person, values={**person.values, attribute: value})
        made.append(
            Example(
                question_about(person, attribute, rng),
                sentence(said, attribute, rng),
                said.values[attribute] == person.values[attribute],
            )
        )
    return tuple(made)


def _asked(question: str, answer: str) -> str:
    # On one line each: what is proposed cannot end its line and go on as an example.
    one_line = (" ".join(text.split()) for text in (question, answer))
    return "Question: {}\nProposed answer: {}\nIs the proposed answer right?".format(*one_line)


def _verdict(right: bool) -> str:
    return "Yes" if right else "No"
