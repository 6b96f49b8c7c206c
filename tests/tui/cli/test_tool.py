"""``llmlab tool`` as a user meets it, with the real tools of this machine."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine import tools_here
from engine.data.world import PICO_WORLD, UNKNOWN_EXAMPLE
from tests.tui.cli.conftest import Run
from tools.python import Jail, TierError
from tui.cli import main

NAME, FACTS = UNKNOWN_EXAMPLE


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command; the pocket web is the small one, as writing the other takes seconds, and
    calls may take long, as a busy machine needs.
    """
    monkeypatch.setitem(tools_here.open_tools.__kwdefaults__, "world", PICO_WORLD)

    def call(*argv: object) -> tuple[int, str, str]:
        jailed = argv[:1] and argv[0] in ("python", "solve", "simplify", "equal")
        patience = ("--timeout", 60) if jailed and "--timeout" not in argv else ()
        return run("tool", *argv, *patience)

    return call


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    return put


def document(out: str) -> dict[str, object]:
    (line,) = out.splitlines()
    return dict(json.loads(line))


def test_the_calculator(run: Run) -> None:
    assert run("calc", "37 + 48") == (0, "85\n", "")
    assert run("calc", "-3 + 5") == (0, "2\n", "")
    assert run("calc", "--", "-(3)") == (0, "-3\n", "")
    code, out, err = run("calc", "1/0")
    assert (code, out) == (1, "")
    assert "division by zero" in err


def test_python(run: Run, stdin: Callable[[bytes], None]) -> None:
    assert run("python", "print(6 * 7)")[:2] == (0, "42\n")
    stdin(b"for i in range(3):\n    print(i)\n")
    assert run("python", "-")[:2] == (0, "0\n1\n2\n")
    code, out, err = run("python", "print('before'); 1/0")
    assert (code, out) == (1, "before\n")
    assert "ZeroDivisionError" in err


def test_json_is_one_document_whatever_happens(run: Run) -> None:
    keys = {"ok", "output", "error", "kind", "elapsed_ms", "tier", "truncated", "sources"}
    code, out, _ = run("python", "print(1)", "--json")
    good = document(out)
    assert set(good) == keys
    assert (code, good["ok"], good["output"], good["kind"]) == (0, True, "1", "ok")
    assert good["tier"]
    assert 0 < float(str(good["elapsed_ms"])) < 60_000
    code, out, _ = run("python", "open('/etc/passwd')", "--json")
    bad = document(out)
    assert set(bad) == keys
    assert (code, bad["ok"], bad["output"], bad["kind"]) == (1, False, "", "blocked")
    assert bad["error"]


def test_search_in_the_pocket_web(run: Run) -> None:
    code, out, err = run("search", f"{NAME} occupation", "--json")
    found = document(out)
    assert (code, found["kind"]) == (0, "ok")
    assert FACTS["occupation"] in str(found["output"])
    assert all(source.startswith("pocket/") for source in found["sources"])  # type: ignore[attr-defined]
    assert "Writing the index" in err
    code, out, err = run("search", "Nobody Whatever", "--provider", "pocket")
    assert (code, out, err) == (0, "No results.\n", "")


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        (("solve", "x**2 - 4 = 0"), "2"),
        (("simplify", "(x**2 - 1)/(x - 1)"), "x + 1"),
        (("equal", "2*(x + 1)", "2*x + 2"), "true"),
        (("equal", "x", "x + 1"), "false"),
        (("equal", "1/2", "0.5"), "true"),
    ],
)
def test_maths(run: Run, argv: tuple[str, ...], part: str) -> None:
    code, out, err = run(*argv)
    assert code == 0, err
    assert part in out


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["nope", "x"], "no tool 'nope'"),
        (["equal", "x", "y", "z"], "two texts, not 3"),
        (["calc", "1", "+", "1"], "quotation marks"),
        (["equal", "x"], "two texts"),
        (["search", "x", "--provider", "nope"], "no search provider 'nope'"),
        (["calc", "1", "--provider", "ddgs"], "--provider means nothing to calc"),
        (["python", "1", "--provider", "ddgs"], "--provider means nothing to python"),
        (["calc", "1", "--timeout", "1"], "--timeout means nothing to calc"),
        (["calc", "1", "--timeout", "0"], "--timeout means nothing to calc"),
        (["calc", "1", "--provider", ""], "--provider means nothing to calc"),
        (["search", "1", "--provider", ""], "no search provider ''"),
        (["search", "x", "--unsafe-python"], "--unsafe-python means nothing to search"),
        (["python", "1", "--timeout", "0"], "outside 0 to"),
        (["python", "1", "--timeout", "-1"], "outside 0 to"),
        (["python", "1", "--timeout", "1e9"], "outside 0 to"),
    ],
)
def test_mistakes_are_a_sentence_and_exit_code_2(run: Run, argv: list[str], sentence: str) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1


def test_a_provider_of_the_environment_that_does_not_exist(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_SEARCH_PROVIDER", "nope")
    code, out, err = run("calc", "1")
    assert (code, out) == (2, "")
    assert "'nope'" in err


def test_stdin_that_is_no_text(run: Run, stdin: Callable[[bytes], None]) -> None:
    stdin(b"print(1)\xff")
    code, _, err = run("python", "-")
    assert code == 2
    assert "UTF-8 (byte 8)" in err


def test_a_time_limit(run: Run) -> None:
    code, out, _ = run("python", "while True: pass", "--timeout", "0.5", "--json")
    assert code == 1
    assert document(out)["kind"] == "timeout"


def test_output_cannot_steer_the_terminal(run: Run) -> None:
    code, out, err = run("python", r"print('\x1b[2J\x07<|calc_end|>'); raise ValueError('\x1b[2J')")
    assert code == 1
    assert out == "<|calc_end|>\n"
    assert "\x1b" not in err


def test_the_tools_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools"]) == 0
    out = capsys.readouterr().out
    for name in ("calc", "python", "search", "solve", "simplify", "equal"):
        assert name in out
    assert main(["tools", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["name"] for each in listed][:3] == ["calc", "python", "search"]
    keys = {"name", "trust", "doc", "available", "tier", "detail"}
    assert all(set(each) == keys for each in listed)


@pytest.mark.parametrize(
    "argv",
    [
        ("tool", "calc", "1 + 1", "--json"),
        ("tool", "calc", "--json", "1 + 1"),
        ("tool", "--json", "calc", "1 + 1"),
        ("tool", "equal", "--json", "2", "2.0"),
        ("tool", "search", "--provider", "pocket", "nothing", "--json"),
    ],
)
def test_options_stand_anywhere(
    run: Run, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...]
) -> None:
    assert main(argv) == 0
    assert document(capsys.readouterr().out)["ok"] is True


def install(folder: Path, code: str, target: str) -> None:
    """What pip leaves behind: a module and the entry points beside it."""
    (folder / "spelling_tool.py").write_text(code)
    about = folder / "spelling_tool-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: spelling-tool\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[llmlab.tools]\nspell = spelling_tool:{target}\n")


SPELL = """
from tools.tool import tool

@tool(start="<|spell_start|>", end="<|spell_end|>", trust="pure")
def spell(text: str) -> str:
    "Letter by letter."
    return " ".join(text)
"""


def test_a_tool_of_an_installed_package(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install(tmp_path, SPELL, "spell")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run("spell", "tool") == (0, "t o o l\n", "")
    assert main(["tools"]) == 0
    assert "Letter by letter." in capsys.readouterr().out


def test_a_broken_package_is_named_and_the_rest_works(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, SPELL, "no_such_name")
    monkeypatch.syspath_prepend(str(tmp_path))
    code, out, err = run("calc", "1 + 1")
    assert (code, out) == (0, "2\n")
    assert "'spell' was left out" in err
    assert run("spell", "x")[0] == 2


def test_where_there_is_no_jail_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise TierError("not today")

    monkeypatch.setattr("tools.python.jail.open_cell", refuse)
    code, out, err = run("python", "print(1)")
    assert (code, out) == (1, "")
    assert "--unsafe-python" in err


def test_nothing_is_imported_that_is_not_needed() -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        "assert main(['tool', 'calc', '1 + 1']) == 0\n"
        "heavy = {'torch', 'numpy', 'textual', 'httpx', 'sympy', 'ddgs'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_nothing_is_left_behind(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Jail] = []
    close = Jail.close

    def seen(jail: Jail) -> None:
        close(jail)
        closed.append(jail)

    monkeypatch.setattr(Jail, "close", seen)
    run("python", "1")
    run("nope", "1")
    assert len(closed) == 2
