from __future__ import annotations

import json

from tests.tui.chat.test_reply import CALL, OUTPUT, ended, grown, returned
from tests.tui.chat.test_store import HOSTILE, conversation
from tui.bench.scripted_chat import _token
from tui.chat.conversation import Conversation, Exchange
from tui.export.chat import contents_of
from tui.export.forms import to_jsonl, to_markdown
from tui.panes.pane import Contents


def contents(talk: Conversation) -> Contents:
    found = contents_of(talk)
    assert found is not None
    return found


def jsonl(talk: Conversation) -> str:
    return "".join(to_jsonl(contents(talk)))


def markdown(talk: Conversation) -> str:
    return "".join(to_markdown(contents(talk)))


def test_jsonl_has_a_line_a_turn_with_ids_and_mask() -> None:
    talk = conversation()
    user, assistant, off = map(json.loads, jsonl(talk).splitlines())
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
    line = jsonl(Conversation("m", [Exchange("q", reply)])).splitlines()[1]
    assert json.loads(line)["parts"][-1] == {"kind": "end", "text": "", "ids": [9], "mask": [True]}


def test_what_comes_while_it_is_written_is_not_in_it() -> None:
    reply = grown(_token(7, " yes"))
    talk = Conversation("m", [Exchange("q", reply)])
    taken = contents(talk)
    reply.take(_token(8, " and no"))
    talk.exchanges.append(Exchange("next", grown()))
    user, assistant = map(json.loads, to_jsonl(taken))
    assert (user["text"], [part["text"] for part in assistant["parts"]]) == ("q", ["yes"])


def test_markdown_reads_as_it_was_said_and_takes_nothing_for_markup() -> None:
    reply = grown(*CALL, *OUTPUT, returned(output="```\n# no heading\n```"), _token(7, " *yes*"))
    talk = Conversation("nano/sft", [Exchange("# a [link](x) <b>\n\nline", reply)])
    text = markdown(talk)
    assert "> \\# a \\[link\\]\\(x\\) \\<b\\>\n>\n> line" in text
    assert "````\n```\n# no heading\n```\n````" in text
    assert "> \\*yes\\*" in text
    assert "**search** · done · 2 ms" in text
    assert "Sources: `page`" in text


def test_controls_are_never_written_to_markdown() -> None:
    reply = grown(*CALL, *OUTPUT, returned(output=HOSTILE), _token(7, HOSTILE))
    text = markdown(Conversation("m", [Exchange(HOSTILE, reply)]))
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert "\u202e" not in text
