"""The command line as a user meets it: exit codes, what goes to stdout and what to stderr."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine import __version__, native, paths
from tests.tui.cli.conftest import Run
from tui.cli.output import narrate, table


def lines(out: str) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in out.splitlines()]


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"llmlab {__version__}\n", "")


@pytest.mark.parametrize("argv", [["--help"], ["train", "--help"], ["--version"], ["checkpoints"]])
def test_help_and_lists_import_no_torch(argv: list[str]) -> None:
    code = (
        "import sys\nfrom tui.cli import main\n"
        f"try: main({argv!r})\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'textual', 'httpx', 'transformers'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_samples_come_a_line_each_with_their_ids(run: Run, pico_base: Path) -> None:
    native.prepare().result()  # or the first answers may be computed by torch, the second in C
    argv = ["sample", pico_base, "Mira Veklon", "--n", 3, "--seed", 7, "--max-tokens", 9, "--json"]
    code, out, err = run(*argv)
    assert (code, err) == (0, "")
    items = lines(out)
    assert len(items) == 3
    for item in items:
        assert set(item) == {"prompt_ids", "ids", "text", "logprobs", "finish_reason"}
        assert len(item["ids"]) == len(item["logprobs"]) <= 9
        assert all(p <= 0 for p in item["logprobs"])
        assert item["finish_reason"] in ("stop", "length")
    assert run(*argv)[1] == out


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["sample", "nope", "x"], "no checkpoint 'nope'"),
        (["sample", "CKPT", "word " * 3000], "reads at most 256"),
        (["sample", "CKPT", "x", "--temperature", "-1"], "temperature"),
        (["sample", "CKPT", "x", "--top-p", "nan"], "--top-p: 'nan' is no number"),
        (["sample", "CKPT", "x", "--top-p", "1e999"], "--top-p: '1e999' is no number"),
        (["sample", "CKPT", "x", "--n", "1_0"], "--n: '1_0' is no whole number"),
        (["sample", "CKPT", "x", "--n", " 5 "], "--n: ' 5 ' is no whole number"),
        (["bench", "decode", "--batch", "1,1_0"], "no list such as 1,16,64"),
        (["bench", "memory", "--minutes", "inf"], "'inf' is no number"),
        (["data", "run", "--set", "gopher_quality.min_words=1_0"], "is no RULE=NUMBER"),
        (["sample", "CKPT", "x", "--n", "0"], "n = 0"),
        (["sample", "CKPT", "x", "--chat"], "base model"),
        (["ask", "CKPT"], "either"),
        (["ask", "CKPT", "q", "--file", "f"], "either"),
        (["ask", "CKPT", "--file", "/nope.jsonl"], "/nope.jsonl"),
        (["eval", "CKPT", "--task", "nope"], "no task 'nope'"),
        (["eval", "CKPT", "--task", "parity", "--n", "0"], "n = 0"),
        (["eval", "CKPT", "--samples", "3"], "its own number"),
        (["eval", "CKPT", "--task", "tool_sums"], "calls no tools"),
        (["train"], "either"),
        (["train", "base", "--steps", "0"], "steps"),
        (["train", "--resume", "nope"], "no run 'nope'"),
        (["train", "--resume", "x", "--steps", "5"], "--steps changes nothing"),
        (["train", "--resume", "x", "--preset", "nano"], "--preset changes nothing"),
        (["train", "--resume", "x", "--from", "y"], "--from changes nothing"),
        (["train", "--resume", "x", "--out", "y"], "--out changes nothing"),
        (["train", "sft", "--from", ""], "--from is empty"),
        (["train", "base", "--preset", ""], "--preset is empty"),
        (["train", "base", "--out", ""], "--out is empty"),
        (["train", "sft", "--from", "nope"], "no checkpoint 'nope'"),
        (["export", "CKPT", "/proc/nope"], "/proc/nope"),
        ([], "terminal"),
    ],
)
def test_mistakes_are_a_sentence_and_exit_code_2(
    run: Run, pico_base: Path, argv: list[str], sentence: str
) -> None:
    code, out, err = run(*[str(pico_base) if arg == "CKPT" else arg for arg in argv])
    assert code == 2
    assert out == ""
    assert sentence in err
    assert "Traceback" not in err


def test_a_damaged_checkpoint_is_refused(run: Run, pico_base: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(pico_base, tmp_path / "copy")
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    code, _, err = run("sample", copy, "x")
    assert code == 2
    assert "model.safetensors" in err
    assert "cut short" in err


@pytest.mark.parametrize("checkpoint", ["pico_base", "pico_sft"])
def test_a_file_of_questions(
    run: Run, checkpoint: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    questions = tmp_path / "q.jsonl"
    asked = [{"id": i, "question": f"What is {i} + 1?"} for i in (3, "b", 1)]
    questions.write_text("\n".join(map(json.dumps, asked)) + "\n\n")
    folder = request.getfixturevalue(checkpoint)
    code, out, _ = run("ask", folder, "--file", questions, "--max-tokens", 5, "--no-tools")
    assert code == 0
    assert [item["id"] for item in lines(out)] == [3, "b", 1]
    assert all(isinstance(item["answer"], str) for item in lines(out))


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": 1}', '{"id": 1, "question": ""}', '{"question": "x"}', '"x"']
)
def test_bad_lines_are_named(run: Run, pico_base: Path, tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "fine?"}\n' + line + "\n")
    code, out, err = run("ask", pico_base, "--file", path)
    assert (code, out) == (2, "")
    assert "line 2" in err


def test_a_file_that_is_not_utf8(run: Run, pico_base: Path, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"id": 1, "question": "\xff"}\n')
    code, _, err = run("ask", pico_base, "--file", path)
    assert code == 2
    assert "UTF-8" in err


def test_eval_prints_one_document(run: Run, pico_sft: Path) -> None:
    code, out, _ = run("eval", pico_sft, "--json")
    assert code == 0
    (document,) = lines(out)
    tasks = document["tasks"]
    assert set(tasks) == {"facts", "skills", "bpb"}
    for figures in tasks["facts"].values():
        assert abs(figures["correct"] + figures["wrong"] + figures["abstained"] - 1) < 1e-9
    assert 0 < tasks["bpb"]["bits_per_byte"] < 8
    assert run("eval", pico_sft, "--task", "bpb", "--json")[0] == 0


def test_export_opens_as_a_checkpoint_and_refuses_a_full_folder(
    run: Run, pico_base: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    assert run("export", pico_base, target)[0] == 0
    assert run("sample", target, "x", "--max-tokens", 1)[0] == 0
    code, _, err = run("export", pico_base, target)
    assert code == 2
    assert "not an empty folder" in err


def test_training_from_the_command_line(run: Run) -> None:
    code, out, err = run(
        "train", "base", "--preset", "pico", "--steps", 3, "--out", "tiny", "--json"
    )
    assert code == 0, err
    assert [e["type"] for e in lines(out)][-1] == "state"
    assert (paths.runs_folder() / "tiny" / "checkpoints" / "step-0000003").is_dir()
    code, out, _ = run("checkpoints", "--json")
    assert next(i for i in lines(out) if i["name"] == "tiny")["step"] == 3
    assert "finished" in run("train", "--resume", "tiny")[2]


def test_info_names_what_it_runs_on(run: Run) -> None:
    code, out, _ = run("info", "--json")
    (facts,) = lines(out)
    assert code == 0
    assert facts["llmlab"] == __version__
    assert {"torch", "textual", "device", "home", "checkpoints"} <= set(facts)


NOBODY = "~nobody-of-that-name/x"


@pytest.mark.parametrize(
    "argv",
    [
        ["export", "nano/base", NOBODY],
        ["export", "nano/base", NOBODY, "--gguf"],
        ["import", NOBODY],
        ["serve", "--token-file", NOBODY],
        ["connect", "http://127.0.0.1:9", "--key-file", NOBODY],
    ],
)
def test_a_home_folder_of_nobody_is_a_sentence(run: Run, argv: list[str]) -> None:
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert "the name of no user" in err


def test_a_lab_in_the_home_folder_of_nobody(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_HOME", NOBODY)
    code, _, err = run("checkpoints")
    assert code == 2
    assert "the name of no user" in err


def test_names_and_errors_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    narrate("bad\x1b[2J")
    table([("name",), ("\x1b]0;x\x07",)])
    out, err = capsys.readouterr()
    assert err == "bad\\x1b[2J\n"
    assert out.splitlines()[1] == "\\x1b]0;x\\x07"
