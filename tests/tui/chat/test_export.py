from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import LabError
from tests.tui.chat.test_reply import CALL, OUTPUT, ended, grown, returned
from tests.tui.chat.test_store import HOSTILE, conversation
from tui.bench.scripted_chat import _token
from tui.chat import export
from tui.chat.conversation import Conversation, Exchange


def test_jsonl_has_a_line_a_turn_with_ids_and_mask() -> None:
    talk = conversation()
    user, assistant, off = map(json.loads, export.to_jsonl(talk).splitlines())
    assert user == {"turn": 0, "role": "user", "text": "q"}
    assert [part["kind"] for part in assistant["parts"]] == ["text", "call", "output", "text"]
    ids = [token for part in assistant["parts"] for token in part["ids"]]
    assert tuple(ids) == talk.exchanges[0].reply.ids
    masks = {part["kind"]: set(part["mask"]) for part in assistant["parts"]}
    assert masks == {"text": {True}, "call": {True}, "output": {False}}
    assert assistant["parts"][1]["tool"] == "search"
    assert assistant["parts"][2]["result"] == "ok"
    assert (assistant["turn"], assistant["verdict"]) == (1, "correct")
    assert (off["turn"], off["variant"]) == (1, "tools off")


def test_the_token_that_ended_the_turn_is_a_part() -> None:
    reply = grown(_token(7, " yes"), _token(9, "", reason="stop"), ended())
    line = export.to_jsonl(Conversation("m", [Exchange("q", reply)])).splitlines()[1]
    assert json.loads(line)["parts"][-1] == {"kind": "end", "text": "", "ids": [9], "mask": [True]}


def test_markdown_reads_as_it_was_said_and_takes_nothing_for_markup() -> None:
    reply = grown(*CALL, *OUTPUT, returned(output="```\n# no heading\n```"), _token(7, " *yes*"))
    talk = Conversation("nano/sft", [Exchange("# a [link](x) <b>\n\nline", reply)])
    text = export.to_markdown(talk)
    assert "> \\# a \\[link\\]\\(x\\) \\<b\\>\n>\n> line" in text
    assert "````\n```\n# no heading\n```\n````" in text
    assert "> \\*yes\\*" in text
    assert "**search** · done · 2 ms" in text
    assert "Sources: `page`" in text


def test_controls_are_never_written_to_markdown() -> None:
    reply = grown(*CALL, *OUTPUT, returned(output=HOSTILE), _token(7, HOSTILE))
    text = export.to_markdown(Conversation("m", [Exchange(HOSTILE, reply)]))
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert "\u202e" not in text


@pytest.mark.parametrize("suffix", [".md", ".jsonl"])
def test_nothing_is_overwritten(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "new" / f"chat{suffix}"
    export.write(conversation(), path)
    before = path.read_bytes()
    assert before
    with pytest.raises(LabError, match="exists already"):
        export.write(conversation("other"), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["chat", "chat.txt", "chat.md.gz", ".md"])
def test_another_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError, match=r"\.md or \.jsonl"):
        export.write(conversation(), tmp_path / name)


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="could not be written"):
        export.write(conversation(), tmp_path / "file" / "chat.md")


@pytest.mark.parametrize("question", ["../../etc/passwd", "", "漢字", "a" * 500, "x/y\0z"])
def test_a_suggested_name_is_a_plain_file_name(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    path = export.suggested(conversation(question))
    assert path.parent == tmp_path / "exports"
    assert len(path.name) < 80
    export.write(conversation(question), path)
