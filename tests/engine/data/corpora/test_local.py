"""Corpora of files: what is read, in which order, what is told, what is refused."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fake_hub import shard

from engine import paths
from engine.data.corpora import absolute_spec, open_corpus
from engine.data.corpora.corpus import MAX_TEXT_CHARS
from engine.data.crawl.build import build
from engine.data.funnel.planning import make_plan
from engine.data.funnel.run import run
from engine.errors import DataError
from engine.files import write_json


def jsonl(texts: Sequence[str], key: str = "text") -> bytes:
    return "".join(json.dumps({key: text}) + "\n" for text in texts).encode()


def texts_of(spec: Path | str) -> list[str]:
    return list(open_corpus(str(spec)).texts())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", shard(["one", "two"])),
        ("a.parquet", shard(["one", "two"], column="content")),
        ("a.jsonl", jsonl(["one", "two"])),
        ("a.jsonl", jsonl(["one", "two"], key="content")),
        ("a.jsonl.gz", gzip.compress(jsonl(["one", "two"]), mtime=0)),
        ("a.txt", b"one\n\n\ntwo"),
        ("a.txt", b"one\n<|endoftext|>\ntwo"),
    ],
)
def test_files_of_every_kind(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert [text.strip() for text in texts_of(tmp_path / name)] == ["one", "two"]
    assert texts_of(tmp_path) == texts_of(tmp_path / name)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "c.jsonl").write_bytes(jsonl(["three"]))
    (tmp_path / "b" / "x.parquet").write_bytes(shard(["two"]))
    (tmp_path / "a.txt").write_bytes(b"one")
    (tmp_path / "notes.md").write_bytes(b"not a text of the corpus")
    assert texts_of(tmp_path) == ["one", "two", "three"]


def test_what_cannot_be_read_is_told_and_the_rest_still_comes(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{not json}\n" + jsonl(["one", "\ud800x"]) + b"[1]\n")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(jsonl(["two"] * 9000))[:-9])
    (tmp_path / "d.txt").write_bytes(b"three")
    told: list[str] = []
    corpus = open_corpus(str(tmp_path), lambda what, *_: told.append(what))
    texts = list(corpus.texts())
    assert corpus.left_out == len(told)
    assert [texts[0], texts[1], texts[2], texts[-1]] == ["one", "?x", "two", "three"]
    assert [line.split(":")[0] for line in told] == [
        "left out a.jsonl/0", "left out a.jsonl/3", "left out b.parquet", "left out c.jsonl.gz",
    ]  # fmt: skip


def test_long_texts_become_several_at_ends_of_lines(tmp_path: Path) -> None:
    line = "a line of some words\n"
    long = line * (3 * MAX_TEXT_CHARS // len(line))
    (tmp_path / "a.jsonl").write_bytes(jsonl([long, "x" * (MAX_TEXT_CHARS + 7), " " * 999_999]))
    texts = texts_of(tmp_path)
    assert max(map(len, texts)) <= MAX_TEXT_CHARS
    assert "".join(texts[:-2]) == long
    assert all(text.endswith(line) for text in texts[:-2])
    assert list(map(len, texts[-2:])) == [MAX_TEXT_CHARS, 7], "or blanks are left"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: None, "There is no corpus"),
        (lambda folder: folder.mkdir(), "holds nothing that the funnel reads"),
        (lambda folder: folder.write_bytes(b""), "of no kind"),
    ],
)
def test_what_is_no_corpus(tmp_path: Path, make: object, sentence: str) -> None:
    path = tmp_path / "data"
    assert callable(make)
    make(path)
    for ask in (open_corpus, absolute_spec):
        with pytest.raises(DataError, match=sentence):
            ask(str(path))


@pytest.mark.parametrize("name", ["", "none", "a" * 300, "a\x00b", "../x"])
def test_names_that_mean_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError):
        open_corpus(name)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.parquet", shard(["one"], column="words"), r"a\.parquet: .*url, words"),
        ("a.jsonl", jsonl(["one"], key="words"), r"a\.jsonl: .*words"),
        ("a.txt", b" \n\n\n ", r"holds no text"),
        ("a.txt", b"", r"a\.txt: it is empty"),
    ],
)
def test_files_without_texts(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=sentence):
        texts_of(tmp_path / name)


def test_a_fingerprint_is_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    found = []
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "x.jsonl").write_bytes(jsonl(["one"]))
        found.append(open_corpus(str(tmp_path / place)).fingerprint)
    assert found[0] == found[1]
    (tmp_path / "b" / "x.jsonl").write_bytes(jsonl(["two"]))
    assert open_corpus(str(tmp_path / "b")).fingerprint != found[0]
    (tmp_path / "a" / "y.jsonl").write_bytes(jsonl(["one"]))
    assert open_corpus(str(tmp_path / "a")).fingerprint != found[0]


@pytest.mark.parametrize("at", [0, 1 << 20, -1])
def test_a_fingerprint_sees_both_ends_of_large_files(tmp_path: Path, at: int) -> None:
    data = bytearray(jsonl(["word " * 20] * 25_000))
    assert len(data) > 2 << 20
    (tmp_path / "x.jsonl").write_bytes(data)
    before = open_corpus(str(tmp_path)).fingerprint
    data[at] ^= 1
    (tmp_path / "x.jsonl").write_bytes(data)
    assert (open_corpus(str(tmp_path)).fingerprint != before) == (at != 1 << 20)


def test_a_spec_means_the_same_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.txt").write_bytes(b"one")
    monkeypatch.chdir(tmp_path)
    spec = absolute_spec("x.txt")
    assert spec == str(tmp_path / "x.txt")
    monkeypatch.chdir("/")
    assert texts_of(open_corpus(spec).spec) == ["one"]
    assert absolute_spec("hf:a/b:c") == "hf:a/b:c"


def test_a_crawl_comes_raw_and_a_run_of_the_funnel_clean(tmp_path: Path) -> None:
    crawl, clean = paths.data_folder() / "crawl", paths.data_folder() / "clean"
    build("pico", crawl)
    raw = open_corpus("crawl")
    assert (raw.spec, raw.world) == ("crawl", "pico")
    assert open_corpus(str(crawl)).spec == "crawl"
    text = "\n".join(itertools.islice(raw.texts(), 150))
    assert "cookies" in text
    assert "<p>" not in text
    labels = (crawl / "labels.jsonl").read_text().splitlines()
    pages = [page["text"] for page in map(json.loads, labels) if page["label"] == "clean"][:5]
    (tmp_path / "pages.jsonl").write_bytes(jsonl([*pages, "too short", "lorem ipsum"]))
    plan = make_plan([tmp_path / "pages.jsonl"], workers=0)
    clean.mkdir()
    write_json(clean / "plan.json", plan.to_json())
    with pytest.raises(DataError, match=r"has not finished.*--resume clean"):
        open_corpus("clean")
    run(plan, clean)
    corpus = open_corpus("clean")
    assert (corpus.spec, corpus.world) == ("clean", None)
    assert 1 <= len(texts_of("clean")) <= len(pages)
    assert not {"too short", "lorem ipsum"} & {*texts_of("clean")}
    write_json(clean / "plan.json", replace(plan, labels=str(crawl)).to_json())
    assert open_corpus("clean").world == "pico"
