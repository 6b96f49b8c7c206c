"""The docs hold together: links lead somewhere, generated pages are fresh, examples run."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from engine.tasks.task import Said, Task

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def anchor(heading: str) -> str:
    """How a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for found in _LINK.finditer(text):
        target = found[1] or found[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, place = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if place:
            headings = re.findall(r"^#+ (.*)$", file.read_text("utf-8"), re.MULTILINE)
            assert place in map(anchor, headings), target


def test_generated_pages_are_fresh() -> None:
    generate = module(ROOT / "docs" / "generate.py")
    assert generate.stale() == [], "run python docs/generate.py"


def test_the_example_of_a_task_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "extending.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "last_letter.py"
    file.write_text(code, "utf-8")
    task: Task = module(file).LastLetter()
    rng = random.Random(1)
    for _ in range(20):
        problem = task.draw(rng)
        assert problem.direct is not None
        for text in (problem.worked, problem.direct):
            assert task.rewards(problem, Said(text=text, ended=True))["correct"] == 1
        wrong = Said(text="It is q.", ended=True)
        assert task.rewards(problem, wrong)["correct"] == 0
    assert sys.modules.get("last_letter") is None
