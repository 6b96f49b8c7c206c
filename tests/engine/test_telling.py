import pytest

from engine import telling


def test_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 100.0
    monkeypatch.setattr(telling.time, "monotonic", lambda: clock)
    told: list[str] = []
    tell = telling.now_and_then(told.append, 10)
    for clock in (101.0, 111.0, 112.0, 120.9, 121.5):
        tell(f"at {clock}")
    assert told == ["at 111.0", "at 121.5"]
