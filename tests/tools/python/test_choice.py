"""Which tier is taken, and what is said of those that are not."""

from __future__ import annotations

import sys

import pytest

from tools.python import Jail, Tier, TierError, choice, jail, macos
from tools.python.cell import Cell
from tools.python.monty import MontyCell


def test_every_tier_is_probed_and_every_refusal_says_why(probed: dict[Tier, str | None]) -> None:
    assert list(probed) == list(Tier)
    for tier, refusal in probed.items():
        assert refusal is None or len(refusal) > 10
        assert tier.text
    if sys.platform == "linux":
        assert probed[Tier.MACOS] == "it is for darwin, this is linux"
    assert "--unsafe-python" in (probed[Tier.LIMITS] or "")


@pytest.mark.parametrize("best", [Tier.LANDLOCK, Tier.MONTY, Tier.LIMITS, None])
def test_the_best_is_taken_and_the_better_are_named(
    best: Tier | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def open_cell(tier: Tier, **_: object) -> Cell:
        tried.append(tier)
        if tier is not best:
            raise TierError(f"no {tier.name} here")
        return MontyCell(memory_mb=1)

    monkeypatch.setattr(jail, "open_cell", open_cell)
    found = Jail()

    assert found.tier is best
    assert found.tier is best  # asked twice, tried once
    better = [tier for tier in Tier if best is None or tier < best]
    assert found.refused == tuple((tier, f"no {tier.name} here") for tier in better)
    assert tried == [tier for tier in Tier if best is None or tier <= best]
    if best is None:
        result = found.run("1")
        assert result.kind == "unavailable"
        assert "--unsafe-python" in result.error


def test_a_processor_without_a_table_has_no_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    from tools.python.inside import prepare
    from tools.python.inside.orders import Orders

    monkeypatch.setattr(prepare, "MACHINES", {})
    orders = Orders(
        control=0, packages={}, namespaces=False, kernel=True, memory_mb=1, seconds=1, ahead=0
    )
    with pytest.raises(OSError, match="no table of system calls"):
        prepare.prepare(orders)


def test_a_package_that_is_missing_is_named(tier: Tier) -> None:
    with pytest.raises(TierError, match="no_such_package"):
        choice.open_cell(tier, memory_mb=64, ahead=0, unsafe=False, packages=("no_such_package",))


def test_the_profile_of_macos_quotes_what_it_is_given() -> None:
    command = macos.command(['/a "b"\\c'])

    assert command[:2] == ["/usr/bin/sandbox-exec", "-p"]
    assert '(subpath "/a \\"b\\"\\\\c")' in command[2]
    assert command[2].count("(") == command[2].count(")")
