"""Tables are cut into groups that fit into memory, and read back as they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.data.funnel import tables
from engine.data.funnel.tables import KEPT, open_table, read_rows, write_rows


def row(number: int, n_chars: int) -> dict[str, Any]:
    text = f"{number} ".ljust(n_chars, "x")
    return {"id": str(number), "url": "u", "text": text, "language": "en", "language_score": 0.5}


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ([10] * 25, [10, 10, 5]),
        ([10] * 3 + [900] + [10] * 3, [4, 3]),
        ([900] * 3, [1, 1, 1]),
        ([], []),
    ],
)
def test_a_group_ends_with_its_rows_or_its_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: list[int], groups: list[int]
) -> None:
    monkeypatch.setattr(tables, "GROUP_ROWS", 10)
    monkeypatch.setattr(tables, "GROUP_CHARS", 800)
    rows = [row(number, size) for number, size in enumerate(sizes)]
    path = tmp_path / "part.parquet"
    write_rows(path, KEPT, rows)
    with open_table(path) as file:
        found = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert found == groups
    assert list(read_rows(path)) == rows
    assert [each["id"] for each in read_rows(path, ["id"])] == [each["id"] for each in rows]
