import gzip
import json
import re
import shutil
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from engine.data.crawl import build as building
from engine.data.crawl import warc
from engine.data.crawl.build import INFO_FILE, build, read_info
from engine.data.crawl.deck import COPIES, counts
from engine.data.crawl.labels import LABELS, LABELS_FILE, Label, read_labels
from engine.data.funnel.blocklist import pocket_blocklist
from engine.data.funnel.decoding import decode
from engine.data.funnel.decontamination import Decontaminator, held_out_questions
from engine.data.funnel.document import Drop, SourcePage
from engine.data.funnel.filtering import PageFilter
from engine.data.funnel.rules import thresholds
from engine.data.funnel.url_rules import check_url
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import DataError

SAMPLE = 8
"""Pages of each label that meet the rules: all of them take too long."""


@pytest.fixture(scope="module")
def labels(pico_crawl: Path) -> list[Label]:
    return list(read_labels(pico_crawl))


@pytest.fixture(scope="module")
def records(pico_crawl: Path) -> dict[str, tuple[str, bytes, str | None]]:
    """Address, body and declared charset of every response, by the page's id."""
    found = {}
    for name in read_info(pico_crawl).files:
        with (pico_crawl / name).open("rb") as file:
            responses = (r for r in ArchiveIterator(file) if r.rec_type == "response")
            for number, record in enumerate(responses):
                kind = record.http_headers.get_header("Content-Type")
                charset = kind.partition("charset=")[2] or None
                url = record.rec_headers.get_header("WARC-Target-URI")
                found[f"{name}/{number}"] = (url, record.content_stream().read(), charset)
    return found


def test_the_info_counts_what_is_there(pico_crawl: Path, labels: list[Label]) -> None:
    info = read_info(pico_crawl)
    assert info.labels == Counter(label.label for label in labels)
    assert info.labels == dict(counts(info.labels["clean"]))
    assert set(info.labels) == set(LABELS)
    assert info.pages == len(labels)
    share = info.labels["clean"] / info.pages
    assert 0.45 < share < 0.55


def test_every_record_has_its_label(
    labels: list[Label], records: dict[str, tuple[str, bytes, str | None]], pico_crawl: Path
) -> None:
    assert [label.id for label in labels] == list(records)
    assert [label.url for label in labels] == [url for url, _, _ in records.values()]
    assert read_info(pico_crawl).bytes == sum(len(body) for _, body, _ in records.values())


def test_every_document_stands_on_exactly_one_clean_page(labels: list[Label]) -> None:
    text = "\n\n".join(f"\n{label.text}\n" for label in labels if label.label == "clean")
    documents = Counter(page.text for page in web_of(PICO_WORLD).pages)
    for document, times in documents.items():
        lines = (line.removeprefix("- ").removeprefix("* ") for line in document.split("\n"))
        wanted = "\n".join(line for line in lines if line)
        assert text.count(f"\n{wanted}\n") >= times, wanted
        if "\n" in wanted and len(wanted) > 150:
            assert text.count(wanted) == times


def test_the_unseen_stand_nowhere(records: dict[str, tuple[str, bytes, str | None]]) -> None:
    everything = "\n".join(decode(body, charset) for _, body, charset in records.values())
    people = web_of(PICO_WORLD).world.people
    assert not [p.name for p in people if p.tier == "unseen" and p.name in everything]
    assert any(p.name in everything for p in people if p.tier == "head")


def test_planted_addresses_stand_on_their_pages(
    labels: list[Label], records: dict[str, tuple[str, bytes, str | None]]
) -> None:
    planted = [label for label in labels if label.pii]
    assert planted
    for label in planted:
        _, body, charset = records[label.id]
        page = decode(body, charset).replace("&lt;", "<")
        assert all(one in page for one in label.pii)
        if label.label == "clean":
            assert all(one in label.text for one in label.pii)


def test_copies_name_an_original_that_came_before(labels: list[Label]) -> None:
    seen: dict[str, Label] = {}
    for label in labels:
        if label.label == "clean":
            assert label.url not in seen
            assert label.text
            seen[label.url] = label
        else:
            assert not label.text
        assert (label.label in COPIES) == (label.copy_of is not None)
        if label.copy_of is not None:
            assert label.copy_of in seen
            assert label.jaccard is not None
            least, most = {"exact_duplicate": (1, 1), "near_duplicate": (0.8, 1),
                           "near_copy": (0.5, 0.8)}[label.label]  # fmt: skip
            assert least <= label.jaccard <= most


def test_only_what_is_meant_to_be_blocked_is(labels: list[Label]) -> None:
    listed, limits = pocket_blocklist(), thresholds()
    for label in labels:
        blocked = check_url(label.url, listed, limits) is not None
        if label.label == "blocked_domain":
            assert blocked
        elif label.label != "spam":
            assert not blocked, label.url


def test_leaks_stand_on_contaminated_pages_and_on_no_clean_one(
    labels: list[Label], records: dict[str, tuple[str, bytes, str | None]]
) -> None:
    finder = Decontaminator(held_out_questions(web_of(PICO_WORLD).world))
    for label in labels:
        if label.label == "contaminated":
            _, body, charset = records[label.id]
            assert finder.find(unescape(re.sub("<[^>]*>", " ", decode(body, charset))))
        elif label.label == "clean":
            assert finder.find(label.text) is None


def test_the_rules_drop_each_kind_of_junk_and_keep_clean_pages(
    labels: list[Label], records: dict[str, tuple[str, bytes, str | None]]
) -> None:
    judge = PageFilter(thresholds(), pocket_blocklist()).judge
    later = {*COPIES, "contaminated"}
    looked_at: Counter[str] = Counter()
    for label in labels:
        if label.label in later or looked_at[label.label] == SAMPLE:
            continue
        looked_at[label.label] += 1
        url, body, charset = records[label.id]
        verdict = judge(SourcePage(id=label.id, url=url, body=body, charset=charset))
        assert isinstance(verdict, Drop) == (label.label != "clean"), label
    assert set(looked_at) == set(LABELS) - later


def test_the_same_preset_gives_the_same_bytes(
    pico_crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    monkeypatch.setattr(warc, "PAGES_A_FILE", 250)
    info = build("pico", tmp_path / "new", on_progress=lambda *at: told.append(at))
    assert len(info.files) == 3
    assert told[0] == (0, info.pages)
    assert told[-1] == (info.pages, info.pages)
    ids = [label.id for label in read_labels(tmp_path / "new")]
    assert ids[249:251] == ["pocket-00000.warc.gz/249", "pocket-00001.warc.gz/0"]
    # Other cuts, the same records: what is unpacked differs in the head of each file only.
    parts = [_members(tmp_path / "new" / name) for name in info.files]
    whole = [_members(pico_crawl / name) for name in read_info(pico_crawl).files]
    assert [m for part in parts for m in part[1:]] == [m for part in whole for m in part[1:]]


def _members(path: Path) -> list[bytes]:
    with gzip.open(path) as file:
        return file.read().removesuffix(b"\r\n\r\n").split(b"\r\n\r\nWARC/1.0\r\n")


def test_a_crawl_that_is_there_is_left_alone(pico_crawl: Path, tmp_path: Path) -> None:
    folder = tmp_path / "crawl"
    shutil.copytree(pico_crawl, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert build("pico", folder) == read_info(pico_crawl)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.parametrize("change", [{"version": 0}, {"preset": "nano"}, {"seed": 9}])
def test_another_crawl_is_not_written_over(
    change: dict[str, object], pico_crawl: Path, tmp_path: Path
) -> None:
    info = json.loads((pico_crawl / INFO_FILE).read_text())
    (tmp_path / INFO_FILE).write_text(json.dumps(info | change))
    with pytest.raises(DataError, match="another crawl"):
        build("pico", tmp_path)


def test_a_crawl_with_a_lost_file_is_refused(pico_crawl: Path, tmp_path: Path) -> None:
    for name in (INFO_FILE, LABELS_FILE):
        shutil.copy(pico_crawl / name, tmp_path)
    with pytest.raises(DataError, match=r"lost pocket-00000\.warc\.gz"):
        build("pico", tmp_path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"files": 3}', "{", '"x"'])
def test_a_damaged_description_is_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / INFO_FILE).write_text(text)
    with pytest.raises(DataError, match=INFO_FILE):
        build("pico", tmp_path)


def test_other_folders_and_presets_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(DataError, match="holds no crawl"):
        build("pico", tmp_path)
    with pytest.raises(DataError, match="holds no crawl"):
        build("pico", tmp_path / "mine.txt")
    with pytest.raises(DataError, match=r"giga.*nano, pico"):
        build("giga", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_stopped_build_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "PROGRESS_EVERY", 10)

    def stop(done: int, total: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build("pico", tmp_path / "crawl", on_progress=stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "line", ["{", "3", '{"label": "clean"}', '{"label": "dirty"}', "[]", "\ud800"]
)
def test_a_damaged_label_is_named_by_its_line(line: str, pico_crawl: Path, tmp_path: Path) -> None:
    with (pico_crawl / LABELS_FILE).open("rb") as file:
        first = file.readline()
    (tmp_path / LABELS_FILE).write_bytes(first + line.encode(errors="surrogatepass"))
    found = read_labels(tmp_path)
    assert next(found).id == "pocket-00000.warc.gz/0"
    with pytest.raises(DataError, match=f"Line 2 of .*{LABELS_FILE}"):
        next(found)


def test_missing_labels_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        next(read_labels(tmp_path))
