from __future__ import annotations

import itertools
import shutil

import pytest
from kept_runs import add_checkpoint, make_run

from engine import paths
from engine.lineage import Node, drawn, lineage
from engine.run_keeping import delete_run


@pytest.fixture(autouse=True)
def no_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.paths.shipped_folder", lambda: paths.home() / "shipped")


def tree() -> list[str]:
    return [f"{line.boxes}{line.node.name}" for line in drawn(lineage())]


def node(name: str) -> Node:
    return next(line.node for line in drawn(lineage()) if line.node.name == name)


def test_a_tree_with_two_branches() -> None:
    base = add_checkpoint(make_run("base"))
    sft = add_checkpoint(make_run("sft"), parent=("base", base), stage="sft",
                         created="2026-11-20T10:02:00Z")  # fmt: skip
    for name in ("rl-1", "rl-2"):
        add_checkpoint(make_run(name), parent=("sft", sft), stage="rl",
                       created=f"2026-11-20T10:0{name[-1]}:30Z")  # fmt: skip
    add_checkpoint(make_run("other"), created="2026-11-19T00:00:00Z")
    assert tree() == ["base", "└─ sft", "   ├─ rl-2", "   └─ rl-1", "other"]
    found = node("sft").above
    assert found is not None
    assert found.name == "base"


def test_figures_stand_beside_the_parents() -> None:
    base = add_checkpoint(make_run("base"), metrics={"val_bpb": 2.5, "facts_head": 0.1})
    add_checkpoint(make_run("sft"), parent=("base", base), stage="sft",
                   metrics={"val_bpb": 2.4, "facts_head": 0.6})  # fmt: skip
    assert node("sft").headlines == {"val_bpb": (2.4, 2.5), "facts_head": (0.6, 0.1)}
    assert node("base").headlines == {"val_bpb": (2.5, None)}


def test_the_weights_decide_not_the_name() -> None:
    base = add_checkpoint(make_run("base"))
    add_checkpoint(make_run("sft"), parent=("base", base), stage="sft")
    (paths.runs_folder() / "base").rename(paths.runs_folder() / "renamed")
    assert tree() == ["renamed", "└─ sft"]


def test_a_parent_that_was_trained_anew_is_another() -> None:
    add_checkpoint(make_run("base"))
    add_checkpoint(make_run("sft"), parent=("base", "0" * 64), stage="sft")
    assert sorted(tree()) == sorted(["base", "base", "└─ sft"])
    above = node("sft").above
    assert above is not None
    assert (above.kind, "other weights" in above.words) == ("gone", True)


def test_a_parent_that_is_gone_or_in_the_trash() -> None:
    base = add_checkpoint(make_run("base"))
    add_checkpoint(make_run("sft"), parent=("base", base), stage="sft")
    delete_run("base")
    above = node("sft").above
    assert above is not None
    assert above.words == "in the trash"
    shutil.rmtree(paths.trash_folder())
    above = node("sft").above
    assert above is not None
    assert above.words == "not here any more"


def test_manifests_that_form_a_circle() -> None:
    one, two, alone = make_run("one"), make_run("two"), make_run("alone")
    sha_two = add_checkpoint(two, parent=("one", ""))
    add_checkpoint(one, parent=("two", sha_two))
    add_checkpoint(alone, parent=("alone", ""))
    names = [line.strip("└├─│ ") for line in tree()]
    assert {"one", "two", "alone"} <= set(names)
    assert len(names) == 5, "and two parents that are not to be had"


def test_a_chain_of_any_length() -> None:
    nodes = [Node(str(number), "run") for number in range(3000)]
    for above, node_ in itertools.pairwise(nodes):
        above.below.append(node_)
    lines = list(drawn(nodes[:1]))
    assert len(lines) == 3000
    assert lines[2].boxes == "   └─ "


def test_a_run_without_a_checkpoint_hangs_below_its_parent() -> None:
    add_checkpoint(make_run("base"))
    make_run("sft", state="stopped", stage="sft", parent="base", step=7)
    assert tree() == ["base", "└─ sft"]
    assert (node("sft").words, node("sft").step) == ("stopped, no checkpoint yet", 7)


def test_damaged_manifests_are_left_out() -> None:
    add_checkpoint(make_run("base"))
    odd = make_run("odd", stage="sft", parent="base")
    add_checkpoint(odd, parent=("base", ""), metrics={"val_bpb": "?"})
    assert tree() == ["base", "└─ odd"]
    assert "no checkpoint" in node("odd").words


def test_the_shipped_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert tree()[:4] == ["nano/base", "└─ nano/sft", "   ├─ nano/idk", "   └─ nano/rl"]
    assert node("nano/rl").headlines["right"][0] > 0.8
