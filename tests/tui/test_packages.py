"""A folder's ``__init__`` says what lives there: every module of it, by name or by its group."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

FOLDERS = """
    tui tui.bench tui.chat tui.data tui.export tui.keys tui.panes tui.probes tui.rl tui.runs
    tui.screens tui.tokens tui.widgets
""".split()


@pytest.mark.parametrize("name", FOLDERS)
def test_the_docstring_of_a_folder_names_what_lives_there(name: str) -> None:
    folder = importlib.import_module(name)
    said = re.findall(r"``\.?([a-z_*]+)``", folder.__doc__ or "")
    groups = tuple(each[:-1] for each in said if each.endswith("_*"))
    endings = tuple(each[1:] for each in said if each.startswith("*_"))
    there = {module.name for module in pkgutil.iter_modules(folder.__path__)}
    left_out = {
        each
        for each in there - set(said)
        if not each.startswith(groups) and not each.endswith(endings)
    }
    assert not left_out
    plain = {each for each in said if "*" not in each and each != "tcss"}
    assert plain <= there, "a module that is gone"
