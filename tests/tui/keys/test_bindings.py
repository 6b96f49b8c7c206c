"""All bindings of the code base, read off the classes: nothing here is a list to be kept."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from textual.actions import parse
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from tui.keys import reach
from tui.keys.catalogue import all_bindings, declared_keys, keys_of, owners, title_of
from tui.keys.clashes import clashes, out_of_reach
from tui.keys.help_text import _lines
from tui.keys.names import FORBIDDEN, parse_keys
from tui.keys.places import places, reach_of_classes

DECLARED = [(owner, binding) for owner in owners() for binding in vars(owner)["BINDINGS"]]
MOVING = {"up", "down", "left", "right", "pageup", "pagedown", "home", "end"}
GIVEN_FROM_THE_START = {
    *("app.leave", "pad.copy"),  # What the same keys mean everywhere.
    *(id_ for id_, bound in all_bindings().items() if {"ctrl+z", "escape"} & set(bound.keys)),
}


def names(owners: tuple[type[DOMNode], ...]) -> str:
    return " ".join(owner.__name__ for owner in owners)


def test_they_are_all_found() -> None:
    assert len(DECLARED) > 200
    for name in ("LabApp", "ComparePane", "PromptBox", "Dialog", "KeysScreen", "TokenPad"):
        assert name in names(owners())


@pytest.mark.parametrize(
    ("owner", "binding"), DECLARED, ids=lambda each: getattr(each, "id", None) or each.__name__
)
def test_each_can_be_had(owner: type[DOMNode], binding: Binding) -> None:
    assert binding.id, "no other key can be chosen for it"
    assert binding.description, "help could not say what it does"
    namespace, action, _ = parse(binding.action)
    there = {"": owner, "app": owners()[0], "screen": Screen}[namespace]
    assert callable(getattr(there, f"action_{action}", None)), "it would do nothing"
    keys = tuple(each.key for each in Binding.make_bindings([binding]))
    assert parse_keys(",".join(keys)) == keys, "a person could not write it"
    for key in keys:
        assert key not in FORBIDDEN or binding.id in GIVEN_FROM_THE_START


def test_ids_are_unique() -> None:
    counted = Counter(binding.id for _, binding in DECLARED)
    assert [id_ for id_, times in counted.items() if times > 1] == []
    assert set(counted) == set(all_bindings())


def test_what_is_kept_of_them_is_fresh() -> None:
    kept = reach.kept()
    if kept is None:
        pytest.skip(f"{reach.KEPT} was written with another Textual: delete it and write it anew")
    assert kept == reach_of_classes(), "run python docs/generate.py"


def test_own_keys_are_checked_without_importing_what_has_them() -> None:
    if reach.kept() is None:
        pytest.skip("Textual is another one")
    code = """
import sys
from tui.keys.choosing import check
assert check({"wall.open": "f10", "grid.open": "x"}).problems.keys() == {"grid.open"}
found = [name for name in sys.modules if name.startswith(("tui.panes", "tui.widgets"))]
assert not found, found
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_no_two_of_ours_are_on_one_key() -> None:
    found = [f"{c.key}: {c.ids}" for c in clashes({}) if None not in c.ids]
    assert found == []


def test_none_hides_behind_a_ready_widget() -> None:
    """Where a list or a text field has a key, it may only be one to move, to choose or to erase."""
    harmless = MOVING | {"enter", "space", "delete", "ctrl+z"}
    hidden = [
        f"{clash.key}: {clash.ids[1]} behind {clash.first.owner}"
        for clash in clashes({})
        if clash.first.id is None and clash.key not in harmless
    ]
    assert hidden == []


def test_all_can_be_reached() -> None:
    assert out_of_reach({}) == []
    inside = {each for place in places() for each in (place.root, *place.inside)}
    bases = {base for each in inside for base in each.__mro__}
    nowhere = [o.__name__ for o in owners() if o not in bases and not issubclass(o, App)]
    assert nowhere == [], "no pane and no dialog has it"


def test_help_has_a_line_for_each() -> None:
    for owner in owners():
        node = owner.__new__(owner)  # Only its class is looked at.
        told = {line.id for line in _lines(node, {}, {}, lambda key, character: False)}
        assert {binding.id for binding, _ in keys_of(owner).values() if binding.id} <= told
        assert title_of(owner)


def test_a_clash_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = clashes({"probes.new": ("8",), "grid.open": ("x",), "compare.mode": ("f1",)})
    pairs = {clash.ids for clash in found}
    assert {("probes.new", "pane.runs"), ("grid.open", "probes.stop")} <= pairs
    assert ("app.help", "compare.mode") in pairs, "priority wins"
    assert out_of_reach({"name.leave": ("j",)}) == ["name.leave"]


def test_the_keys_of_one_binding_are_found_without_importing_all() -> None:
    assert {id_: declared_keys(id_) for id_ in all_bindings()} == {
        id_: bound.keys for id_, bound in all_bindings().items()
    }
    assert declared_keys("no.such-binding") is None


def test_the_course_imports_only_what_its_keys_stand_in() -> None:
    code = """
import sys
from tui.app import LabApp
from tui.course.reading import LECTURE, read_course
from tui.services import real_services
assert read_course(LECTURE, LabApp(real_services()).keys).steps
heavy = {"numpy", "tokenizers", "jinja2", "tui.panes.tokens", "tui.panes.runs", "tui.panes.data"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
