"""``llmlab probe questions`` as a user meets it: what is told, what is kept, what is refused."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from probed import checkpoint

from engine.errors import RemoteError
from engine.probes.makers.cloze import ClozeWriter
from engine.probes.makers.file import read_questions
from engine.probes.makers.writer import Draft
from tests.engine.remote.fake_server import (
    STREAM_HEAD,
    Asked,
    FakeServer,
    answers,
    event,
    said,
)
from tests.tui.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("plain_torch")
CHAT = "/v1/chat/completions"
LIGHTHOUSE = "The lighthouse at Cape Ondo was built in 1871 by Ester Valk, who lived on the cape."
BARE = "Nothing is named here and nothing is counted in it."
PARAGRAPHS = (LIGHTHOUSE, BARE, "Every autumn 40 storks of Brenlo leave for the south of the land.")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text("\n\n".join(PARAGRAPHS))
    return path


@pytest.fixture
def run(run: Run) -> Run:
    return partial(run, "probe", "questions")


def says(write: str, answer: str) -> Callable[[Asked, asyncio.StreamWriter], object]:
    """A model that says ``write`` where it is to write, and ``answer`` where it is to answer."""

    async def handle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        task = asked.body["messages"][-1]["content"]
        text = write if "Write one short question" in task else answer
        writer.write(STREAM_HEAD + event(said(text, finish="stop")) + event("[DONE]"))

    return handle


def test_cloze_writes_a_file_that_probe_facts_reads(
    run: Run, document: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "q.jsonl"
    code, stdout, err = run(document, "--out", out)
    assert (code, stdout) == (0, "")
    assert "cloze (no model)" in err
    assert "kept     Complete: The lighthouse at Cape Ondo was built in ___ by" in err
    assert f"dropped  the writer wrote no question with an answer [{BARE}]" in err
    assert f"--questions {out}" in err
    found, bad = read_questions(out)
    assert bad == []
    assert {q.answer for q in found} == {"1871", "40"}
    assert {q.group for q in found} == {"cloze"}
    before = out.read_bytes()
    code, _, err = run(document, "--out", out, "--seed", 2)
    assert code == 2
    assert "exists already" in err
    assert out.read_bytes() == before


def test_without_a_file_the_lines_go_to_stdout(run: Run, document: Path, tmp_path: Path) -> None:
    code, stdout, _ = run(document)
    assert code == 0
    path = tmp_path / "piped.jsonl"
    path.write_text(stdout)
    found, bad = read_questions(path)
    assert (len(found), bad) == (2, [])
    assert run(document)[1] == stdout
    orders = {run(document, "--seed", seed)[1] for seed in range(9)}
    assert len(orders) > 1


def test_json_is_an_object_for_each_passage(run: Run, document: Path, tmp_path: Path) -> None:
    out = tmp_path / "q.jsonl"
    code, stdout, _ = run(document, "--json", "--out", out)
    assert code == 0
    items = [json.loads(line) for line in stdout.splitlines()]
    assert {item["passage"] for item in items} == set(PARAGRAPHS)
    assert [bool(item["why"]) for item in items] == [item["question"] is None for item in items]
    kept = [item["question"] for item in items if item["question"]]
    assert kept == [json.loads(line) for line in out.read_text().splitlines()]


def test_n_bounds_the_passages_and_not_the_questions(run: Run, document: Path) -> None:
    _, stdout, _ = run(document, "--n", 2, "--json")
    assert len(stdout.splitlines()) == 2


def test_a_model_of_a_server_writes(
    run: Run, document: Path, tmp_path: Path, box: FakeServer
) -> None:
    draft = "Question: Who built\x1b[2J the lighthouse?\nAnswer: Ester Valk"
    box.handlers[CHAT] = says(draft, "Ester Valk")  # type: ignore[assignment]
    out = tmp_path / "q.jsonl"
    code, _, err = run(document, "--writer", "box:qwen3:8b", "--out", out)
    assert code == 0, err
    assert "written about by box:qwen3:8b" in err
    assert {body["model"] for body in box.bodies()} == {"qwen3:8b"}
    assert "\x1b" not in err
    assert "its answer does not stand in the passage" in err
    (question,) = read_questions(out)[0]
    assert (question.answer, question.group) == ("Ester Valk", "document")


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (f"Question: The lighthouse {'x' * 5000}?\nAnswer: Ester Valk", "it is too long"),
        ("Certainly! Here is one.", "wrote no question"),
    ],
)
def test_what_is_no_question_is_dropped(
    run: Run, document: Path, tmp_path: Path, box: FakeServer, draft: str, why: str
) -> None:
    box.handlers[CHAT] = says(draft, "Ester Valk")  # type: ignore[assignment]
    out = tmp_path / "q.jsonl"
    code, stdout, err = run(document, "--writer", "box:any", "--out", out)
    assert (code, stdout) == (2, "")
    assert why in err
    assert len(err) < 2_000
    assert "None of 3 passages gave a question" in err
    assert not out.exists()


def test_a_name_of_a_file_that_is_no_utf_8(run: Run, document: Path, tmp_path: Path) -> None:
    odd = document.rename(tmp_path / f"{'x' * 240}\udcff.md")
    out = tmp_path / "q.jsonl"
    assert run(odd, "--out", out)[0] == 0
    assert read_questions(out)[1] == []


def test_a_checkpoint_writes(run: Run, document: Path, tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "a:model")
    code, _, err = run(document, "--writer", model, "--n", 1)
    assert code == 2  # It is far too small to read a passage.
    assert f"written about by {model}" in err
    assert "dropped  the writer wrote no question with an answer" in err


class Ending(ClozeWriter):
    """Writes one batch, and then something happens."""

    happens: type[BaseException] = KeyboardInterrupt
    batches = 0

    def write(self, snippets: Sequence[str]) -> list[Draft | None]:
        self.batches += 1
        if self.batches > 1:
            raise self.happens("box is gone. Start it again.")
        return super().write(snippets)


@pytest.mark.parametrize(("happens", "code"), [(KeyboardInterrupt, 130), (RemoteError, 2)])
def test_what_was_made_is_kept_whatever_ends_it(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    happens: type[BaseException],
    code: int,
) -> None:
    long = tmp_path / "long.txt"
    long.write_text(
        "\n\n".join(f"In {1800 + i} the bridge number {i} was built here." for i in range(40))
    )
    monkeypatch.setattr(Ending, "happens", happens)
    monkeypatch.setattr("tui.cli.probe_questions.ClozeWriter", Ending)
    out = tmp_path / "q.jsonl"
    ended, _, err = run(long, "--out", out)
    assert ended == code
    assert f"written: {out}" in err
    assert len(read_questions(out)[0]) == 16
    assert sorted(tmp_path.iterdir()) == [long, out]


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["/nope"], "'/nope' cannot be read"),
        (["/tmp"], "Is a directory"),
        (["~nobody-of-that-name/x"], "the name of no user"),
        (["BINARY"], "is not UTF-8 text"),
        (["ZEROS"], "zero bytes"),
        (["EMPTY"], "no sentence of 8 words"),
        (["LARGE"], "Split the document"),
        (["DOC", "--n", "0"], "0 passages"),
        (["DOC", "--writer", "nope"], "no checkpoint 'nope'"),
        (["DOC", "--writer", "nano/base"], "only continues documents"),
        (["DOC", "--writer", "box:llama"], "no server 'box'. There are: none yet"),
        (["DOC", "--writer", "box:"], "names no model of a server"),
        (["DOC", "--writer", ":x"], "no server ''"),
        (["DOC", "--out", "DOC"], "exists already"),
        (["DOC", "--out", "/dev/null/q.jsonl"], "could not be written"),
        (["DOC", "--out", "x" * 300], "could not be written"),
    ],
)
def test_mistakes_are_a_sentence_and_exit_code_2(
    run: Run, document: Path, tmp_path: Path, argv: list[str], sentence: str
) -> None:
    contents = {
        "BINARY": b"\x7fELF\xff",
        "ZEROS": b"a\0b",
        "EMPTY": b"",
        "LARGE": b"x" * (17 << 20),
    }
    for name, data in contents.items():
        if name in argv:
            (tmp_path / name).write_bytes(data)
    places = {"DOC": str(document), **{name: str(tmp_path / name) for name in contents}}
    code, out, err = run(*[places.get(arg, arg) for arg in argv])
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_server_that_refuses_is_a_sentence(
    run: Run, document: Path, tmp_path: Path, box: FakeServer
) -> None:
    box.handlers[CHAT] = answers(401, b"no")
    code, out, err = run(document, "--writer", "box:any", "--out", tmp_path / "q.jsonl")
    assert (code, out) == (2, "")
    assert "box wants a key" in err
    assert not (tmp_path / "q.jsonl").exists()


def test_cloze_needs_no_torch(document: Path) -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        f"main(['probe', 'questions', {str(document)!r}])\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
