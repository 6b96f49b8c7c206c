"""Sources: whole files in bounded memory from any position on, damage as a sentence a record."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
import pytest

from engine.data.funnel.sources import find_inputs, open_source
from engine.data.funnel.sources.base import MOST_PAGE_BYTES
from engine.errors import DataError
from tests.engine.data.funnel.sources_made import found, jsonl, members, warc, whys

N = 7


def parquet_file(path: Path, **columns: list[str]) -> Path:
    parquet.write_table(pyarrow.table(columns), path, row_group_size=3)
    return path


def html_folder(path: Path) -> Path:
    (path / "deep").mkdir(parents=True)
    for number in range(N):
        folder = path / "deep" if number % 2 else path
        (folder / f"{number}.html").write_text(f"<p>text {number}</p>")
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "warc.gz": lambda d: warc(d / "a.warc.gz", [f"text {n}".encode() for n in range(N)]),
    "warc": lambda d: warc(d / "a.warc", [f"text {n}".encode() for n in range(N)], packed=False),
    "jsonl": lambda d: jsonl(d / "a.jsonl", [f"text {n}" for n in range(N)]),
    "txt": lambda d: _written(d / "a.txt", b"\n\n\n".join(b"text %d" % n for n in range(N))),
    "txt of stories": lambda d: _written(
        d / "b.txt", b"\n<|endoftext|>\n".join(b"text %d\n\nmore" % n for n in range(N))
    ),
    "jsonl.gz": lambda d: _written(
        d / "a.jsonl.gz",
        gzip.compress(b"".join(b'{"text": "text %d"}\n' % n for n in range(N))),
    ),
    "parquet": lambda d: parquet_file(d / "a.parquet", text=[f"text {n}" for n in range(N)]),
    "html": lambda d: html_folder(d / "pages"),
}


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", MAKERS)
def test_going_on_at_any_position_yields_the_rest_and_nothing_twice(
    kind: str, tmp_path: Path
) -> None:
    path = MAKERS[kind](tmp_path)
    everything = found(path)
    pages = [one.page for one in everything if one.page is not None]
    assert len({page.id for page in pages}) == N
    assert sorted(int(b"".join(page.body.split(b"text ")[1:])[:1]) for page in pages) == list(
        range(N)
    )
    source = open_source(path)
    for number, one in enumerate(everything):
        assert list(open_source(path).read(one.after)) == everything[number + 1 :]
    shares = [source.share(one.after) for one in everything]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_a_response_has_its_address_and_declared_charset(tmp_path: Path) -> None:
    (one,) = found(warc(tmp_path / "a.warc.gz", [b"body"]))
    assert one.page is not None
    assert (one.page.id, one.page.url) == ("a.warc.gz/0", "https://pages.example.org/0")
    assert (one.page.charset, one.page.body, one.page.is_text) == ("utf-8", b"body", False)


@pytest.mark.parametrize("cut", ["in the last record", "in its headers", "between two records"])
def test_a_truncated_warc_gives_all_before_the_cut(cut: str, tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", [os.urandom(3000).hex().encode() for _ in range(5)])
    starts = members(path)
    size = {
        "in the last record": path.stat().st_size - 900,
        "in its headers": starts[-1] + 40,
        "between two records": starts[-2],
    }[cut]
    with path.open("rb+") as file:
        file.truncate(size)
    ids = [one.page.id for one in found(path) if one.page is not None]
    assert ids == [f"a.warc.gz/{n}" for n in range(4)]
    assert len(whys(path)) == (cut != "between two records")


@pytest.mark.parametrize("gzipped", [True, False])
def test_damage_in_the_middle_costs_one_record(gzipped: bool, tmp_path: Path) -> None:
    bodies = [(f"page {n} " + os.urandom(2000).hex()).encode() for n in range(6)]
    path = warc(tmp_path / ("a.warc.gz" if gzipped else "a.warc"), bodies, packed=gzipped)
    data = bytearray(path.read_bytes())
    if gzipped:
        start = members(path)[5] + 300  # the response of page 2
        data[start : start + 400] = b"\0" * 400
    else:
        start = data.index(b"WARC/1.", data.index(b"page 2") - 700)
        data[start : start + 60] = b"?" * 60
    path.write_bytes(data)
    sound = [one.page.body for one in found(path) if one.page is not None]
    assert sound[-3:] == bodies[3:]
    assert bodies[0] in sound
    assert bodies[1] in sound
    assert len(whys(path)) == 1


@pytest.mark.parametrize("where", ["the record", "the answer"])
def test_a_gzip_bomb_is_skipped_in_bounded_memory(where: str, tmp_path: Path) -> None:
    size = 12 * MOST_PAGE_BYTES
    if where == "the record":
        path = warc(tmp_path / "a.warc.gz", [b"before", bytes(size), b"behind"])
    else:
        packed = gzip.compress(bytes(size), 1)
        path = warc(
            tmp_path / "a.warc.gz",
            [gzip.compress(b"before"), packed, gzip.compress(b"behind")],
            headers=[("Content-Encoding", "gzip")],
        )
    tracemalloc.start()
    bodies = [one.page.body for one in found(path) if one.page is not None]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert bodies == [b"before", b"behind"]
    assert len(whys(path)) == 1
    assert "larger than 10 MB" in whys(path)[0]
    assert peak < 8 * MOST_PAGE_BYTES


def test_one_piece_of_gzip_is_said(tmp_path: Path) -> None:
    plain = warc(tmp_path / "a.warc", [b"one", b"two"], packed=False)
    path = _written(tmp_path / "b.warc.gz", gzip.compress(plain.read_bytes()))
    assert any("one piece of gzip" in why for why in whys(path))


@pytest.mark.parametrize("kind", ["jsonl", "txt", "jsonl.gz"])
def test_a_line_of_100_mb_is_skipped_in_bounded_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    gap = b"\n\n\n" if kind == "txt" else b"\n"
    first, last = (
        (b"first", b"last") if kind == "txt" else (b'{"text":"first"}', b'{"text":"last"}')
    )
    with gzip.open(path, "wb", 1) if kind.endswith("gz") else path.open("wb") as file:
        file.write(first + gap)
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(gap + last + gap)
    tracemalloc.start()
    pages = [one.page.body.strip() for one in found(path) if one.page is not None]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pages == [b"first", b"last"]
    assert whys(path) == ["it is longer than 10 MB"]
    assert peak < 4 * MOST_PAGE_BYTES


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "not valid JSON"),
        (b"[1]", "no JSON object"),
        (b'{"body": "x", "id": 3}', "no text, content or html, but body, id"),
        (b'{"text": 7}', "no text"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"text": "caf\xe9"}', "not valid JSON"),
    ],
)
def test_a_bad_line_costs_itself(line: bytes, why: str, tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl", b'{"text": "a"}\n' + line + b'\n{"content": "b"}\n')
    assert [one.page.id for one in found(path) if one.page is not None] == [
        "a.jsonl/0",
        "a.jsonl/2",
    ]
    (said,) = whys(path)
    assert why in said


def test_half_a_surrogate_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    (one,) = found(_written(tmp_path / "a.jsonl", b'{"text": "a \\ud800 b"}\n'))
    assert one.page is not None
    assert one.page.body == b"a ? b"


def test_text_in_another_encoding_is_said_and_the_rest_read(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.txt", "ein Café\n\n\n".encode("latin-1") + b"a cafe\n")
    assert whys(path) == ["it is not UTF-8: byte 0xe9 stands in it"]
    assert [one.page.body for one in found(path) if one.page is not None] == [b"a cafe\n"]


def test_a_truncated_jsonl_gz_gives_what_it_has(tmp_path: Path) -> None:
    lines = b"".join(b'{"text": "%s"}\n' % os.urandom(500).hex().encode() for _ in range(200))
    path = _written(tmp_path / "a.jsonl.gz", gzip.compress(lines)[:-20_000])
    pages = [one for one in found(path) if one.page is not None]
    assert 100 < len(pages) < 200
    assert "ends too soon" in whys(path)[-1]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "damaged"),
        (b"PAR1 no table PAR1", "damaged"),
    ],
)
def test_a_corrupt_parquet_is_said(data: bytes, why: str, tmp_path: Path) -> None:
    assert why in whys(_written(tmp_path / "a.parquet", data))[0]


def test_a_parquet_without_text_names_its_columns(tmp_path: Path) -> None:
    path = parquet_file(tmp_path / "a.parquet", title=["a"], body=["b"])
    assert whys(path) == ["it has no column text, content or html, but title, body"]


def test_parquet_damaged_in_a_page_gives_the_rows_before(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path / "a.parquet", text=[os.urandom(500).hex() for _ in range(9)], url=["u"] * 9
    )
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = b"\xff" * 200
    path.write_bytes(data)
    assert all(one.page is None or one.page.url == "u" for one in found(path))
    assert len(found(path)) >= 1


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a.jsonl", "a.txt", "a.jsonl.gz"])
def test_an_empty_file_is_said(name: str, tmp_path: Path) -> None:
    assert whys(_written(tmp_path / name, b"")) == ["it is empty"]


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a.jsonl", "a.txt", "a.parquet"])
def test_a_file_that_is_gone_or_not_ours_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.symlink_to(tmp_path / "nowhere")
    assert len(whys(path)) == 1


@pytest.mark.parametrize("name", ["a.warc.gz", "a.jsonl.gz"])
def test_noise_is_no_file_of_its_kind(name: str, tmp_path: Path) -> None:
    path = _written(tmp_path / name, os.urandom(5000))
    assert [one for one in found(path) if one.page is not None] == []
    assert whys(path)


def test_a_folder_of_html_with_odd_names_and_circles(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    odd = ["a b.html", "%2e%2e.HTML", "[bold]x[].htm", "line\nend.html", "é.html", "-rf.html"]
    for name in odd:
        (folder / name).write_text("<p>x</p>")
    bad = os.fsdecode(b"\xff\xfe.html")
    (folder / bad).write_text("<p>x</p>")
    (folder / "circle").symlink_to(folder)
    (folder / "self.html").symlink_to(folder / "self.html")
    (folder / ".hidden.html").write_text("no")
    (folder / "notes.md").write_text("no")
    (folder / "huge.html").write_bytes(b"x" * (MOST_PAGE_BYTES + 1))
    pages = [one.page for one in found(folder) if one.page is not None]
    assert {page.id for page in pages} == {
        *(f"pages/{name}" for name in odd),
        "pages/\\xff\\xfe.html",
    }
    json.dumps([page.id for page in pages]).encode()
    assert sorted(why.partition(":")[0] for why in whys(folder)) == ["huge.html", "self.html"]


def test_inputs_of_a_folder(tmp_path: Path) -> None:
    html_folder(tmp_path / "in")
    kept = jsonl(tmp_path / "in" / "deep" / "a.jsonl", ["x"])
    labels = jsonl(tmp_path / "in" / "labels.jsonl", ["a user's own page"])
    (tmp_path / "in" / "readme.md").write_text("no")
    assert find_inputs([tmp_path / "in"]) == [tmp_path / "in", kept, labels]
    (tmp_path / "in" / "crawl.json").write_text("{}")
    assert find_inputs([tmp_path / "in"]) == [tmp_path / "in", kept]


@pytest.mark.parametrize("asked", ["runs", "runs/one"])
def test_of_a_run_only_its_output_is_an_input(asked: str, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "one"
    for name in ("output", "dropped"):
        (run / name).mkdir(parents=True)
        parquet_file(run / name / "part-0.parquet", text=["x"])
    parquet_file(run / "clusters.parquet", text=["x"])
    (run / "plan.json").write_text("{}")
    assert len(find_inputs([tmp_path / asked])) == 3  # without a report it is no run
    (run / "report.json").write_text("{}")
    assert find_inputs([tmp_path / asked]) == [run / "output" / "part-0.parquet"]


def test_an_ending_in_capitals_is_packed_too(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.jsonl.GZ", gzip.compress(b'{"text": "a"}\n'))
    assert [one.page.body for one in found(path) if one.page is not None] == [b"a"]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    path = _written(tmp_path / "a.txt", mark + b"one\n\n\n" + mark + b"two\n")
    first, second = found(path)
    assert first.page is not None
    assert first.page.body == b"one\n\n"
    assert list(open_source(path).read(first.after)) == [second]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_link_to_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "x.html").symlink_to(tmp_path / "pipe")
    assert whys(folder) == ["no HTML file is in it"]


@pytest.mark.parametrize("what", ["missing", "empty folder", "picture.png"])
def test_what_cannot_be_read_is_refused_in_a_sentence(what: str, tmp_path: Path) -> None:
    path = tmp_path / what
    if what == "empty folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes(b"x")
    with pytest.raises(DataError, match=what):
        find_inputs([path])


def test_a_broken_deflate_stream_ends_nothing(tmp_path: Path) -> None:
    packed = zlib.compress(b"x" * 50_000)
    path = warc(
        tmp_path / "a.warc.gz",
        [zlib.compress(b"fine"), packed[:20] + b"\0" * 30, zlib.compress(b"fine too")],
        headers=[("Content-Encoding", "deflate")],
    )
    bodies = [one.page.body for one in found(path) if one.page is not None]
    assert (bodies[0], bodies[-1]) == (b"fine", b"fine too")
