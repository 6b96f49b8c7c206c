from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.errors import RequestError
from tests.tui.chat.test_reply import CALL, OUTPUT, ended, grown, returned
from tui.answers import CUT_SHORT
from tui.bench.scripted_chat import _token
from tui.chat.conversation import Conversation, Exchange
from tui.chat.record import from_json, to_json
from tui.chat.reply import Reply
from tui.chat.store import MOST_WHOLE, ChatStore, Packer, pack, settled_of
from tui.state.database import Database
from tui.state.errors import StateError
from tui.truth import Verdict

HOSTILE = "[bold]\x1b[31m</> <|assistant_end|> \u202e 漢字 '; DROP TABLE conversations; --"


def conversation(question: str = "q") -> Conversation:
    reply = grown(
        _token(4, " Hm"),
        *CALL,
        *OUTPUT,
        returned(output=HOSTILE),
        _token(7, " yes"),
        ended(),
        seed=3,
    )
    reply.verdict = Verdict("correct", "Dunbury", "head", 81)
    without = grown(_token(8, " no"), ended())
    return Conversation("nano/sft", [Exchange(question, reply, without)])


def same(one: Exchange, other: Exchange) -> bool:
    def plain(exchange: Exchange) -> str:
        return to_json(exchange)

    return plain(one) == plain(other)


@pytest.fixture
def store(tmp_path: Path) -> ChatStore:
    return ChatStore(Database(tmp_path / "deep" / "lab.sqlite"))


def test_of_many_conversations_few_are_held_and_each_goes_on_where_it_was(store: ChatStore) -> None:
    talks = [conversation(f"question {number}") for number in range(MOST_WHOLE + 3)]
    for talk in talks:
        store.save(pack(talk))
    assert sum(bool(known.bodies) for known in store._known.values()) == MOST_WHOLE
    first = talks[0]
    first.exchanges.append(conversation("and now?").exchanges[0])
    first.touch()
    assert store.save(pack(first)) == first.key
    assert [each.question for each in store.load(first.key).exchanges] == ["question 0", "and now?"]
    assert len(store.listed()) == len(talks)


def test_what_was_saved_comes_back(store: ChatStore) -> None:
    talk = conversation(HOSTILE)
    store.save(pack(talk))
    back = store.load(talk.key)
    assert (back.key, back.model, back.created) == (talk.key, talk.model, talk.created)
    assert same(back.exchanges[0], talk.exchanges[0])
    assert back.exchanges[0].reply.ids == talk.exchanges[0].reply.ids
    assert back.exchanges[0].reply.verdict == talk.exchanges[0].reply.verdict
    assert back.exchanges[0].question == HOSTILE


def test_saving_again_replaces(store: ChatStore) -> None:
    talk = conversation()
    talk.exchanges.append(Exchange("second", Reply()))
    store.save(pack(talk))
    talk.exchanges.pop()
    store.save(pack(talk))
    assert len(store.load(talk.key).exchanges) == 1
    assert [each.n_exchanges for each in store.listed()] == [1]


def test_the_list_has_the_newest_first_and_forgets_the_deleted(store: ChatStore) -> None:
    assert store.listed() == []
    talks = [conversation(f"q{i}") for i in range(3)]
    for number, talk in enumerate(talks):
        talk.updated = f"2026-11-2{number}"
        store.save(pack(talk))
    assert [each.title for each in store.listed()] == ["q2", "q1", "q0"]
    store.delete(talks[1].key)
    store.delete(talks[1].key)
    assert [each.title for each in store.listed()] == ["q2", "q0"]
    with pytest.raises(StateError, match="deleted elsewhere"):
        store.load(talks[1].key)
    with sqlite3.connect(store.database.path) as database:
        assert database.execute("SELECT count(*) FROM exchanges").fetchone() == (2,)
    database.close()


def test_an_answer_that_was_on_its_way_is_said_to_be_cut_short(store: ChatStore) -> None:
    reply = grown(_token(4, " Hm"), *CALL)
    talk = Conversation("nano/sft", [Exchange("q", reply)])
    store.save(pack(talk))
    back = store.load(talk.key).exchanges[0].reply
    assert (back.state, back.message) == ("failed", CUT_SHORT)
    assert next(back.calls).state == "broken off"
    assert back.text == "Hm"


def test_a_call_that_waits_still_waits(store: ChatStore) -> None:
    reply = grown(*CALL, ended("tool_call"), approve=("search",))
    talk = Conversation("nano/sft", [Exchange("q", reply)])
    store.save(pack(talk))
    back = store.load(talk.key).exchanges[0].reply
    assert back.waiting_call is not None
    assert back.waiting_call.text == "x"
    assert back.ids == reply.ids


def test_only_what_has_changed_is_written_anew(
    store: ChatStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    packer, packed = Packer(), []
    monkeypatch.setattr("tui.chat.store.to_json", lambda each: packed.append(each) or to_json(each))
    talk = conversation("q0")
    for number in range(1, 20):
        talk.exchanges.append(conversation(f"q{number}").exchanges[0])
    store.save(packer.pack(talk))
    packed.clear()
    talk.exchanges[3].reply.verdict = None
    talk.exchanges[5].reply = Reply(state="done")
    talk.exchanges.append(Exchange("last", Reply()))
    talk.touch()
    again = packer.pack(talk)
    changed = {id(talk.exchanges[place]) for place in (3, 5, 19, 20)}
    assert {id(each) for each in packed} == changed  # The last of before was not cached.
    assert again.bodies == pack(talk).bodies
    with contextlib.closing(sqlite3.connect(store.database.path)) as database:
        before = database.execute("SELECT rowid FROM exchanges ORDER BY place").fetchall()
        store.save(again)
        after = database.execute("SELECT rowid FROM exchanges ORDER BY place").fetchall()
    kept = [one == other for one, other in zip(before, after, strict=False)]
    assert [place for place, same_row in enumerate(kept) if not same_row] == [3, 5]
    back = store.load(talk.key)
    assert [to_json(each) for each in back.exchanges[:20]] == list(again.bodies[:20])
    fresh = Packer()
    settled = settled_of(back.exchanges, store.bodies(talk.key))
    held = {id(body) for body in store.bodies(talk.key)}
    assert all(id(body) in held for _, _, body in settled.values()), "once, not twice"
    fresh.learn(settled)
    packed.clear()
    fork = back.forked(10)
    fork.exchanges[9].reply = Reply(state="done")
    assert fresh.pack(fork).bodies[:9] == again.bodies[:9]
    assert [id(each) for each in packed] == [id(fork.exchanges[9])]


def test_what_two_programs_went_on_with_is_kept_as_two(store: ChatStore) -> None:
    talk = conversation()
    talk.updated = "1"
    store.save(pack(talk))
    other = ChatStore(Database(store.database.path))
    theirs = other.load(talk.key)
    for number, (who, mine) in enumerate([(store, talk), (other, theirs), (store, talk)]):
        mine.exchanges.append(Exchange(f"{number}", Reply()))
        mine.updated = f"2{number}"
        mine.key = who.save(pack(mine))
        assert who.save(pack(mine)) == mine.key, "the same state again is no other one"
    assert theirs.key != talk.key
    loaded = [store.load(each.key) for each in store.listed()]
    said = {each.key: [one.question for one in each.exchanges] for each in loaded}
    assert said == {talk.key: ["q", "0", "2"], theirs.key: ["q", "1"]}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"question": 3}', '{"question": "q"}'])
def test_a_damaged_exchange_is_a_sentence(store: ChatStore, body: str) -> None:
    talk = conversation()
    store.save(pack(talk))
    database = sqlite3.connect(store.database.path)
    database.execute("UPDATE exchanges SET body = ?", (body,))
    database.commit()
    database.close()
    with pytest.raises(StateError, match="is damaged"):
        store.load(talk.key)
    with pytest.raises(RequestError):
        from_json(body)


def test_threads_and_another_program_write_at_once(store: ChatStore) -> None:
    talks = [conversation(f"q{i}") for i in range(4)]
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(5):
                ChatStore(Database(store.database.path)).save(pack(talks[number]))
        except BaseException as error:
            errors.append(error)

    code = (
        "import sys\nfrom pathlib import Path\nfrom tui.chat.store import *\n"
        "from tui.chat.conversation import *\nfrom tui.chat.reply import Reply\n"
        "store = ChatStore(Database(Path(sys.argv[1])))\n"
        "for i in range(5): store.save(pack(Conversation('m', [Exchange(f'o{i}', Reply())])))"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(store.database.path)])
    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(60) == 0
    assert errors == []
    assert len(store.listed()) == 9
    assert store.database.take_notices() == []


def test_every_field_of_a_reply_is_kept_but_those_of_the_moment() -> None:
    from tui.chat.record import ReplyRecord

    kept = {field.name for field in dataclasses.fields(ReplyRecord)}
    assert {field.name for field in dataclasses.fields(Reply)} - kept == {"not_judged"}
