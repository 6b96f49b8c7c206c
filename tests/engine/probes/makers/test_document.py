"""Questions from a document: what is kept, what is dropped and why, whoever writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import scripted_model

from engine.dialect import LabDialect
from engine.errors import LabError, ProbeError, RemoteError
from engine.probes.judges import ExactJudge
from engine.probes.makers.cloze import GAP, PREFIX, ClozeWriter
from engine.probes.makers.document import Made, questions_from
from engine.probes.makers.local_writer import LocalWriter
from engine.probes.makers.server_writer import ServerWriter
from engine.probes.makers.writer import Draft, read_draft
from engine.probes.server_chat import ServerChat
from engine.protocol import Message
from engine.remote.servers import Server

LIGHTHOUSE = (
    "The lighthouse at Cape Ondo was built in 1871 by Ester Valk. It burned whale oil until a "
    "cable reached the island."
)
STORKS = "Every autumn the storks of Brenlo leave for the south. Nests weigh up to 40 kilograms."
WHO_BUILT = Draft("Who built the lighthouse at Cape Ondo?", "Ester Valk")


class ScriptedWriter:
    """Writes the drafts that it is given, and answers as it is told."""

    name, group = "scripted", "document"

    def __init__(self, draft: Draft | None, answer: str = "") -> None:
        self.batches: list[int] = []
        self._draft, self._answer = draft, answer

    def write(self, snippets: Sequence[str]) -> list[Draft | None]:
        self.batches.append(len(snippets))
        return [self._draft for _ in snippets]

    def answer(self, asked: Sequence[tuple[str, str]]) -> list[str]:
        return [self._answer for _ in asked]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text(f"{LIGHTHOUSE}\n\n{STORKS}\n")
    return path


def only(path: Path, draft: Draft | None, answer: str = "") -> Made:
    path.write_text(LIGHTHOUSE)
    (made,) = questions_from(path, ScriptedWriter(draft, answer), n=9, seed=1)
    return made


def test_a_good_question_is_kept(document: Path) -> None:
    made = only(document, WHO_BUILT, "It was Ester Valk.")
    assert made.why == ""
    assert made.snippet == LIGHTHOUSE
    assert made.question is not None
    assert (made.question.text, made.question.answer) == (WHO_BUILT.question, "Ester Valk")
    assert (made.question.id, made.question.group) == ("notes.md/1", "document")


@pytest.mark.parametrize(
    ("draft", "answer", "why"),
    [
        (None, "", "wrote no question"),
        (Draft("Who built the lighthouse?", "Otto Krag"), "Otto Krag", "does not stand in"),
        (Draft("Who built the lighthouse?", "ster Val"), "ster Val", "does not stand in"),
        (Draft("Did Ester Valk build the lighthouse?", "Ester Valk"), "x", "gives its answer away"),
        (Draft("Which lighthouse is in the text?", "Cape Ondo"), "x", "understood by itself"),
        (Draft("Who is the author?", "Ester Valk"), "x", "understood by itself"),
        (Draft("Who was it?", "Ester Valk"), "x", "about nothing in the passage"),
        (Draft("Who built the lighthouse?", "..."), "x", "its answer says nothing"),
        (Draft("What of the lighthouse?", LIGHTHOUSE), "x", "too long to be judged"),
        (Draft("Who built the lighthouse" + "e" * 5000, "1871"), "x", "it is too long"),
        (Draft("Who built the lighthouse " + "and so on " * 30, "1871"), "x", "too long"),
        (WHO_BUILT, "Otto Krag.", "read again, the answer is 'Otto Krag.'"),
        (WHO_BUILT, "I do not know.", "read again"),
        (WHO_BUILT, "", "read again"),
    ],
)
def test_what_is_dropped_says_why(
    document: Path, draft: Draft | None, answer: str, why: str
) -> None:
    made = only(document, draft, answer)
    assert made.question is None
    assert why in made.why


def test_a_question_is_asked_once(document: Path) -> None:
    document.write_text(f"{LIGHTHOUSE}\n\n{LIGHTHOUSE}\n")
    writer = ScriptedWriter(WHO_BUILT, "Valk, Ester Valk")
    first, second = questions_from(document, writer, n=9, seed=1)
    assert first.question is not None
    assert "asked already" in second.why


def test_passages_are_drawn_by_the_seed_in_batches(document: Path) -> None:
    lines = [f"This is passage number {i} of the {i} there are." for i in range(40)]
    document.write_text("\n\n".join(lines))

    def drawn(seed: int) -> list[str]:
        made = questions_from(document, ScriptedWriter(None), n=20, seed=seed)
        return [each.snippet for each in made]

    writer = ScriptedWriter(None)
    made = questions_from(document, writer, n=20, seed=1)
    first = next(made)
    assert writer.batches == [16]
    assert [first.snippet, *(each.snippet for each in made)] == drawn(1)
    assert writer.batches == [16, 4]
    assert len(set(drawn(1))) == 20
    assert drawn(1) != drawn(2)


def test_the_document_is_read_on_the_first_step(tmp_path: Path) -> None:
    made = questions_from(tmp_path / "none", ClozeWriter(), n=1, seed=1)
    with pytest.raises(LabError, match="cannot be read"):
        next(made)


def test_cloze_questions_say_what_they_are(document: Path) -> None:
    found = {m.snippet: m.question for m in questions_from(document, ClozeWriter(), n=9, seed=1)}
    question = found[LIGHTHOUSE]
    assert question is not None
    assert question.text == f"{PREFIX}The lighthouse at Cape Ondo was built in {GAP} by Ester Valk."
    assert (question.answer, question.group) == ("1871", "cloze")
    assert ExactJudge().judge(question, "in 1871").outcome == "correct"
    storks = found[STORKS]
    assert storks is not None
    assert storks.answer == "40"


@pytest.mark.parametrize(
    ("snippet", "answer"),
    [
        ("There were 40 storks there, as Brenlo counted in 1871.", "1871"),
        ("There were 3.5 storks to a roof in all of Brenlo.", "3.5"),
        ("They share a nest which weighs around 3.5.", "3.5"),
        ("The fire brigade of Old Brenlo mends the nests.", "Old Brenlo"),
        ("They are like those of Otto Krag's in many ways.", "Otto Krag"),
        ("The rate rose by 40% between the years.", None),
        ("We use version 1.2.3-4 of it for this.", None),
        ("We use version 3.x of it for all of this.", None),
        ("Nothing is named here and nothing is counted.", None),
        ("Short: 1871.", None),
    ],
)
def test_gaps(snippet: str, answer: str | None) -> None:
    writer = ClozeWriter()
    (draft,) = writer.write([snippet])
    assert (draft.answer if draft else None) == answer
    if draft is not None:
        assert writer.answer([(snippet, draft.question)]) == [answer]


def test_of_two_fillings_the_first_is_the_answer(document: Path) -> None:
    document.write_text("The bridge was built in 1871 again. The bridge was built in 1905 again.")
    (second,) = questions_from(document, ClozeWriter(seed=1), n=1, seed=1)
    assert second.question is None
    assert "the answer is '1871 or 1905'" in second.why
    assert second.why.endswith("(1905)")
    (first,) = questions_from(document, ClozeWriter(seed=2), n=1, seed=1)
    assert first.question is not None
    assert first.question.answer == "1871"


@pytest.mark.parametrize(
    ("reply", "draft"),
    [
        ("Question: Who?\nAnswer: Ann", Draft("Who?", "Ann")),
        ("\n Question: Who?  \n\n Answer:  Ann \nQuestion: What?\nAnswer: x", Draft("Who?", "Ann")),
        ("Question:\nAnswer: Ann", None),
        ("Question: Who?\nAnswer:", None),
        ("Question: Who?", None),
        ("Sure! Question: Who?\nAnswer: Ann", None),
        ("Who? Ann", None),
        ("", None),
    ],
)
def test_drafts_are_read_strictly(reply: str, draft: Draft | None) -> None:
    assert read_draft(reply) == draft


class ScriptedChat(ServerChat):
    """A server's model that says what it is told, or fails."""

    def __init__(self, *replies: str) -> None:
        super().__init__(Server(name="box", url="http://127.0.0.1:1/v1"), "writer")
        self._replies = list(replies)

    def ask(self, conversations: Sequence[Sequence[Message]], *, max_tokens: int) -> list[str]:
        if not self._replies:
            raise RemoteError("box is gone. Start it again.")
        reply = self._replies.pop(0)
        assert all(LIGHTHOUSE in messages[-1].content for messages in conversations)
        return [reply for _ in conversations]


def test_a_model_on_a_server_writes(document: Path) -> None:
    document.write_text(LIGHTHOUSE)
    reply = f"Question: {WHO_BUILT.question}\nAnswer: {WHO_BUILT.answer}"
    writer = ServerWriter(ScriptedChat(reply, "Ester Valk"))
    (made,) = questions_from(document, writer, n=1, seed=1)
    assert made.question is not None
    assert writer.name == "box:writer"
    with pytest.raises(RemoteError, match="box is gone"):
        next(questions_from(document, ServerWriter(ScriptedChat()), n=1, seed=1))


def test_a_local_model_writes_and_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = f"Question: {WHO_BUILT.question}\nAnswer: {WHO_BUILT.answer}"
    scripted_model.follow(monkeypatch, scripted_model.in_turn(scripted_model.said(reply)))
    writer = LocalWriter(scripted_model.local_model(max_seq_len=4096))
    assert writer.write([LIGHTHOUSE]) == [WHO_BUILT]
    (answer,) = writer.answer([(LIGHTHOUSE, WHO_BUILT.question)])
    assert reply.startswith(answer)
    assert len(answer) > 20


def test_what_does_not_fit_the_context_has_no_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted_model.follow(monkeypatch, scripted_model.in_turn(scripted_model.said("x")))
    writer = LocalWriter(scripted_model.local_model(max_seq_len=256))
    assert writer.write([LIGHTHOUSE, STORKS]) == [None, None]


def test_a_base_model_is_no_writer() -> None:
    local = scripted_model.local_model()
    base = replace(local, dialect=LabDialect(scripted_model.TOKENIZER, chats=False))
    with pytest.raises(ProbeError, match="only continues documents"):
        LocalWriter(base)
