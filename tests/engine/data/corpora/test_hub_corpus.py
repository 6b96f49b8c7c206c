"""Data sets of a hub: which shards a name means, how they come, and what hubs and networks do."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fake_hub import COMMIT, FakeHub, serving, shard
from huggingface_hub import constants

from engine import paths
from engine.data.corpora import hub_http as http
from engine.data.corpora import open_corpus
from engine.data.corpora.hub_spec import read_spec
from engine.errors import DataError

NAMES = ["data/2013/a.parquet", "data/2013/b.parquet", "data/2014/a.parquet", "sample/1.parquet",
         "sample/2.parquet"]  # fmt: skip
CARD = {
    "configs": [
        {"config_name": "sample-1", "data_files": [{"split": "train", "path": "sample/*"}]},
        {
            "config_name": "default",
            "default": True,
            "data_files": [
                {"split": "test", "path": "sample/*"},
                {"split": "train", "path": ["data/*/*"]},
            ],
        },
    ]
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    files = {name: shard([f"{name} {i}" for i in range(3)]) for name in NAMES}
    with serving(FakeHub(files=files, card=CARD)) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.setattr(http, "FIRST_PAUSE_S", 0.001)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield found


@dataclass
class Clock:
    """Time that passes by sleeping only."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(http, "time", found)
    return found


def served(spec: str) -> list[str]:
    """The files whose texts a name means, in order."""
    return list(dict.fromkeys(text.split()[0] for text in open_corpus(spec).texts()))


@pytest.mark.parametrize(
    ("spec", "files"),
    [
        ("hf:org/tiny", NAMES[:3]),
        ("hf:org/tiny@main", NAMES[:3]),
        (f"hf:org/tiny@{COMMIT}:sample-1", NAMES[3:]),
        ("hf:org/tiny:sample-1", NAMES[3:]),
        ("hf:org/tiny/data/2014", NAMES[2:3]),
        ("hf:org/tiny/data/2014/", NAMES[2:3]),
        ("hf:org/tiny/data/*/a.parquet", [NAMES[0], NAMES[2]]),
        ("hf:org/tiny/**/a.parquet", [NAMES[0], NAMES[2]]),
        ("hf:org/tiny/sample/?.parquet", NAMES[3:]),
        ("hf:org/tiny/sample/2.parquet", NAMES[4:]),
    ],
)
def test_which_shards_a_name_means(hub: FakeHub, spec: str, files: list[str]) -> None:
    hub.files["data/2014/notes.txt"] = b"no shard"
    assert served(spec) == files


def test_without_a_card_all_shards_are_meant_however_long_the_list(hub: FakeHub) -> None:
    hub.card = {}
    assert served("hf:org/tiny") == NAMES


def test_only_the_shards_that_are_needed_are_fetched_and_only_once(hub: FakeHub) -> None:
    for _ in range(2):
        assert len(list(itertools.islice(open_corpus("hf:org/tiny").texts(), 4))) == 4
    assert hub.served == [f"{NAMES[0]}@0", f"{NAMES[1]}@0"]


def test_a_pinned_name_needs_no_network_and_never_moves(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_corpus("hf:org/tiny:sample-1")
    texts = list(first.texts())
    hub.commit = "b" * 40
    hub.files["sample/1.parquet"] = shard(["new"])
    moved = open_corpus("hf:org/tiny:sample-1")
    assert moved.spec == f"hf:org/tiny@{'b' * 40}:sample-1"
    assert moved.fingerprint != first.fingerprint
    assert next(moved.texts()) == "new"
    asked = len(hub.asked)
    pinned = open_corpus(first.spec)
    assert (pinned.fingerprint, list(pinned.texts())) == (first.fingerprint, texts)
    assert len(hub.asked) == asked
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    told: list[str] = []
    again = open_corpus("hf:org/tiny:sample-1", lambda what, *_: told.append(what))
    assert again.spec == moved.spec
    assert "cannot be reached" in told[-1]


def test_a_file_that_breaks_off_goes_on_where_it_did(hub: FakeHub) -> None:
    hub.cuts = 2
    assert served("hf:org/tiny/sample/1.parquet") == ["sample/1.parquet"]
    starts = [int(entry.partition("@")[2]) for entry in hub.served]
    assert starts[0] == 0 < starts[1] < starts[2]


def test_a_server_that_knows_no_ranges_sends_it_again(hub: FakeHub) -> None:
    hub.cuts, hub.ranges = 2, False
    assert served("hf:org/tiny/sample/1.parquet") == ["sample/1.parquet"]


def test_what_came_before_a_stop_is_not_fetched_again(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = shard([str(i) * 40 for i in range(60_000)])
    hub.files = {"big.parquet": big}

    def stop(what: str, done: int, total: int) -> None:
        if what.startswith("fetches") and done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(open_corpus("hf:org/tiny/big.parquet", stop).texts())
    (part,) = paths.corpora_folder().rglob("*.part")
    had = part.stat().st_size
    assert 0 < had < len(big)
    assert sum(1 for _ in open_corpus("hf:org/tiny/big.parquet").texts()) == 60_000
    assert hub.served[-1] == f"big.parquet@{had}"
    assert not part.exists()


def test_a_damaged_file_is_fetched_once_more(hub: FakeHub) -> None:
    hub.wrong = 1
    assert served("hf:org/tiny/sample/1.parquet") == ["sample/1.parquet"]
    assert hub.served == ["sample/1.parquet@0"] * 2


def test_a_file_that_stays_damaged_is_deleted(hub: FakeHub) -> None:
    hub.wrong = 2
    with pytest.raises(DataError, match="twice with another SHA-256"):
        served("hf:org/tiny/sample/1.parquet")
    assert not [path for path in paths.corpora_folder().rglob("1.parquet*") if path.is_file()]
    assert served("hf:org/tiny/sample/1.parquet") == ["sample/1.parquet"]


def test_more_than_the_hub_has_listed_is_not_taken(hub: FakeHub) -> None:
    corpus = open_corpus("hf:org/tiny/sample/1.parquet")
    hub.files["sample/1.parquet"] *= 3
    with pytest.raises(DataError, match="longer than"):
        list(corpus.texts())


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        ((429, {"Retry-After": "55"}), 55.0),
        ((429, {"RateLimit": '"api";r=0;t=55'}), 55.0),
        ((503, {}), 0.0),
    ],
)
def test_an_overloaded_hub_is_waited_for(
    hub: FakeHub, clock: Clock, refusal: tuple[int, dict[str, str]], seconds: float
) -> None:
    hub.refusals = [refusal] * 2
    told: list[str] = []
    open_corpus("hf:org/tiny", lambda what, *_: told.append(what))
    assert seconds * 2 == pytest.approx(clock.now, abs=0.01)
    assert any("waits" in what for what in told)


@pytest.mark.parametrize(
    ("refusals", "sentence"),
    [
        ([(429, {"Retry-After": "7200"})], r"left alone for 7,200 s \(429"),
        ([(429, {})] * 4, "429, too many requests"),
        ([(500, {})] * 4, "answers 500 for description of hf:org/tiny@main, 4 times"),
        ([(418, {})], "answers 418.*HF_ENDPOINT"),
        ([(401, {})], "no data set hf:org/tiny@main, or it is private"),
        ([(403, {"X-Error-Code": "GatedRepo"})], "terms to be accepted"),
        ([(200, {})], "no JSON"),
    ],
)
def test_refusals_are_sentences(
    hub: FakeHub, refusals: list[tuple[int, dict[str, str]]], sentence: str
) -> None:
    hub.refusals = list(refusals)
    with pytest.raises(DataError, match=sentence):
        open_corpus("hf:org/tiny")
    assert not hub.refusals, "it gave up too soon"


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("hf:org/none", "no data set hf:org/none"),
        ("hf:org/tiny@v9", "no such revision"),
        ("hf:org/tiny:sample-9", "no subset 'sample-9'. Choose one of: sample-1, default"),
        ("hf:org/tiny/nowhere", "has no nowhere"),
        ("hf:org/tiny/data/none*", r"holds no \.parquet files"),
        ("hf:org/tiny/sample/9.parquet", r"holds no \.parquet files"),
        ("hf:org", "no name of a data set"),
        ("hf:a/b/../../c", "no name of a data set"),
        ("hf:../b", "no name of a data set"),
        ("hf:", "no name of a data set"),
    ],
)
def test_what_there_is_not(hub: FakeHub, spec: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        open_corpus(spec)


def test_a_hub_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DataError, match=r"127\.0\.0\.1:9 cannot be reached for hf:org/tiny"):
        open_corpus("hf:org/tiny")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="HF_HUB_OFFLINE is set"):
        open_corpus("hf:org/tiny")


@pytest.mark.parametrize(
    "path", ["../../evil.parquet", "/etc/evil.parquet", "a\\..\\evil.parquet", "c:/evil.parquet"]
)
def test_a_hub_cannot_choose_where_files_lie(hub: FakeHub, path: str) -> None:
    hub.card = {}
    hub.listed = [{"type": "file", "path": path, "size": 5}]
    with pytest.raises(DataError, match="lists a file"):
        open_corpus("hf:org/tiny")


@pytest.mark.parametrize("commit", ["../../../x", "", None, "main"])
def test_a_hub_cannot_choose_what_a_commit_is(hub: FakeHub, commit: str) -> None:
    hub.refusals = []
    hub.commit = commit
    with pytest.raises(DataError, match="names no commit"):
        open_corpus("hf:org/tiny")


def test_the_token_goes_to_the_hub_and_to_nobody_else(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    port = hub.url.rpartition(":")[2]
    hub.elsewhere = f"http://localhost:{port}"
    assert served("hf:org/tiny/sample/1.parquet") == ["sample/1.parquet"]
    assert hub.headers == {f"127.0.0.1:{port}": "Bearer hf_secret", f"localhost:{port}": None}


def test_a_data_set_without_texts_names_its_columns(hub: FakeHub) -> None:
    hub.files = {"x.parquet": shard(["a"], column="question")}
    with pytest.raises(DataError, match=r"x\.parquet of hf:org/tiny@a.*url, question"):
        list(open_corpus("hf:org/tiny/x.parquet").texts())


def test_a_listing_that_was_damaged_on_disk_is_fetched_again(hub: FakeHub) -> None:
    pinned = open_corpus("hf:org/tiny").spec
    (kept,) = paths.corpora_folder().rglob("shards-*.json")
    kept.write_text(json.dumps([["a"]]))
    assert served(pinned) == NAMES[:3]


@pytest.mark.parametrize("spec", ["hf:a/b", "hf:a/b@v1:c/d/*.parquet", "hf:a/b:c", "hf:a/b/d"])
def test_names_are_written_as_they_are_read(spec: str) -> None:
    assert str(read_spec(spec)) == spec
