"""MinHash: signatures tell the similarity, in every process alike; clusters are what is linked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.data.funnel import minhash
from engine.data.funnel.minhash import (
    HASHES,
    SignatureFiles,
    clusters,
    shingles,
    signatures,
    similarity,
)
from engine.errors import DataError
from tests.engine.data.funnel.sources_made import prose

TEXT = "The quick brown fox doesn't jump over the lazy dog, does it? No: never on 1,234 days."


def files(folder: Path, texts: Sequence[str], part: int = 3) -> SignatureFiles:
    paths = []
    for number, start in enumerate(range(0, len(texts), part)):
        paths.append(folder / f"{number}.npy")
        np.save(paths[-1], signatures(texts[start : start + part]))
    return SignatureFiles(paths)


def grown(words: int, changed: int, seed: int = 0) -> tuple[str, str, float]:
    """Two texts of which one has other words at its end, and their true similarity."""
    ours = [f"w{seed}x{n}" for n in range(words)]
    theirs = [*ours[: words - changed], *(f"v{seed}x{n}" for n in range(changed))]
    a, b = set(shingles(" ".join(ours))), set(shingles(" ".join(theirs)))
    return " ".join(ours), " ".join(theirs), len(a & b) / len(a | b)


def test_shingles_are_words_without_case_and_marks() -> None:
    assert shingles("A b, C d! e-F") == ["a b c d e", "b c d e f"]
    assert shingles("Two words.") == ["two words"]
    assert shingles("") == [""]


@pytest.mark.parametrize("changed", [0, 10, 40, 120])
def test_the_similarity_is_told_to_within_chance(changed: int) -> None:
    errors = []
    for seed in range(20):
        a, b, true = grown(300, changed, seed)
        pair = signatures([a, b])
        errors.append(similarity(pair[:, 0], pair[:, 1]) - true)
    assert abs(float(np.mean(errors))) < 0.03
    assert max(map(abs, errors)) < 4 * np.sqrt(0.25 / HASHES)


def test_signatures_are_the_same_in_every_process() -> None:
    code = (
        "from engine.data.funnel.minhash import signatures\n"
        f"print(signatures([{TEXT!r}]).tobytes().hex())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert printed == {signatures([TEXT]).tobytes().hex()}


def test_no_texts_have_signatures_too(tmp_path: Path) -> None:
    assert signatures([]).shape == (HASHES, 0)
    assert clusters(files(tmp_path, [])).tolist() == []


@pytest.mark.parametrize("at_once", [1, 3, 10**6])
@pytest.mark.parametrize("part", [1, 3, 100])
def test_clusters_are_linked_pages_named_by_their_first(
    at_once: int, part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minhash, "SORTED_AT_ONCE", at_once)
    texts = [prose(n) for n in (0, 1, 2, 1, 3, 0, 1, 4)]
    texts[7] = texts[7] + " " + texts[7]
    found = clusters(files(tmp_path, [*texts, "short one", "Short, one!", "short two"], part))
    assert found.tolist() == [0, 1, 2, 1, 4, 0, 1, 7, 8, 8, 10]


def test_whoever_is_linked_through_another_is_in_its_cluster(tmp_path: Path) -> None:
    words = [f"w{n}" for n in range(400)]
    chain = [" ".join(words[12 * n : 12 * n + 250]) for n in range(12)]
    ends = signatures([chain[0], chain[-1]])
    assert similarity(ends[:, 0], ends[:, 1]) < 0.5
    order = [5, 0, 11, 3, 7, 1, 9, 2, 10, 4, 8, 6]
    assert clusters(files(tmp_path, [chain[n] for n in order])).tolist() == [0] * 12


def test_pages_of_the_published_similarity_are_found_and_others_not(tmp_path: Path) -> None:
    texts = []
    for seed in range(60):
        a, b, _ = grown(300, 20, seed)  # 0.87
        texts += [a, b]
    for seed in range(60, 120):
        a, b, _ = grown(300, 140, seed)  # 0.36
        texts += [a, b]
    found = clusters(files(tmp_path, texts, 50))
    linked = [bool(found[2 * n] == found[2 * n + 1]) for n in range(120)]
    assert sum(linked[:60]) >= 57
    assert sum(linked[60:]) <= 3
    assert all(found[2 * n] == 2 * n for n in range(120))


@pytest.mark.skipif(sys.platform == "win32", reason="no limit to set")
def test_more_files_than_a_process_can_have_open(tmp_path: Path) -> None:
    import resource

    made = [tmp_path / f"{number}.npy" for number in range(3 * minhash.OPEN_FILES)]
    same = signatures([TEXT])
    for path in made:
        np.save(path, same)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * minhash.OPEN_FILES, before[1]))
    try:
        assert not clusters(SignatureFiles(made)).any()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("data", [b"", b"\x93NUMPY\x01\x00", b"no array at all"])
def test_a_damaged_file_is_said(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "0.npy").write_bytes(data)
    with pytest.raises(DataError, match=r"0\.npy is damaged"):
        SignatureFiles([tmp_path / "0.npy"])
