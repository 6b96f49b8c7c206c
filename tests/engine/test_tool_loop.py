"""Answers with tools in this process: what runs, what the model reads, what a loss may count."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from scripted_model import (
    IDS,
    TOKENIZER,
    TOOLS,
    calling,
    echoing,
    follow,
    in_turn,
    local_model,
    raw_tool,
    said,
    shown,
)

from engine import special
from engine.calls import MAX_OUTPUT_TOKENS, NO_MORE_CALLS
from engine.conversation import Part, Turn, render
from engine.errors import RequestError
from engine.sampling_params import SamplingParams
from engine.tool_loop import Answered, ToolLoop
from tools.registry import Registry
from tools.result import ToolResult

GREEDY = SamplingParams(temperature=0.0, max_tokens=120)
QUESTION = [Turn.of("user", "What is 6 times 7?")]
END = special.ASSISTANT_END


def answer(
    monkeypatch: pytest.MonkeyPatch,
    script: Sequence[int],
    registry: Registry | None = None,
    *,
    tools: Sequence[str] = TOOLS,
    max_calls: int = 4,
    max_seq_len: int = 256,
    params: SamplingParams = GREEDY,
) -> Answered:
    follow(monkeypatch, in_turn(script))
    local = local_model(max_seq_len)
    loop = ToolLoop(local, registry or echoing(), tools=tools, max_calls=max_calls)
    (found,) = loop.answers([QUESTION], params)
    assert not local.generator.n_rows
    return found


def test_a_call_runs_and_its_output_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = echoing(calc=lambda _: "42")
    found = answer(monkeypatch, said(" It is", *calling("calc", "6*7"), " 42."), registry)
    assert found.text == " It is 42."
    assert [(ran.tool, ran.text, ran.result.output) for ran in found.calls] == [
        ("calc", "6*7", "42")
    ]
    assert shown(found.ids) == (
        " It is<|calc_start|> 6*7<|calc_end|><|output_start|> 42<|output_end|> 42.<|assistant_end|>"
    )
    assert found.completion.finish_reason == "stop"


def test_the_turn_is_what_training_would_have_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids and the mask of the loss, to the token: what is trained is what is then read."""
    script = said(" I look.", *calling("search", "Mira"), " Dunbury.")
    found = answer(monkeypatch, script, echoing(search=lambda _: "Mira lives in Dunbury"))
    parts = (
        Part("text", "I look."), Part("search", "Mira"), Part("output", "Mira lives in Dunbury"),
        Part("text", "Dunbury."),
    )  # fmt: skip
    offer = Turn.of("system", "Tools: calc, python, search.")
    rendered = render(TOKENIZER, [offer, *QUESTION, Turn("assistant", parts)])
    n_prompt = len(found.completion.prompt_ids)
    assert [*found.completion.prompt_ids, *found.ids] == rendered.ids
    assert list(found.drawn) == rendered.mask[n_prompt:]
    kept = tuple(i for i, drawn in zip(found.ids, found.drawn, strict=True) if drawn)
    assert found.completion.ids == kept
    assert len(found.completion.logprobs) == len(kept)
    again = render(TOKENIZER, [offer, *QUESTION, Turn.of_ids("assistant", found.ids[:-1])])
    assert (again.ids, again.mask) == (rendered.ids, rendered.mask)


def test_several_calls_and_one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    script = said(*calling("calc", "1/0"), *calling("python", "print(1)"), " Done.")

    def fails(text: str) -> str:
        raise ZeroDivisionError(text)

    found = answer(monkeypatch, script, echoing(calc=fails))
    assert [ran.result.kind for ran in found.calls] == ["crashed", "ok"]
    assert "error: calc: ZeroDivisionError<|output_end|><|python_start|>" in shown(found.ids)


def test_code_keeps_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    registry = echoing(python=lambda text: heard.append(text) or "")  # type: ignore[func-returns-value]
    answer(monkeypatch, calling("python", "if 1:\n    print(6*7)\n"), registry)
    assert heard == ["if 1:\n    print(6*7)\n"]


def test_an_empty_result_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer(monkeypatch, calling("python", "pass"), echoing(python=lambda _: ""))
    assert "<|output_start|> (no output)<|output_end|>" in shown(found.ids)


def test_stop_strings_are_for_the_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    params = SamplingParams(temperature=0.0, max_tokens=120, stop=("7",))
    script = said(" It is", *calling("calc", "7"), " 42 and 7.")
    found = answer(monkeypatch, script, params=params)
    assert len(found.calls) == 1
    assert found.text == " It is 42 and "
    assert found.completion.finish_reason == "stop"


@pytest.mark.parametrize("max_calls", [0, 1, 3])
def test_beyond_its_budget_a_turn_is_told_once_and_calls_no_more(
    monkeypatch: pytest.MonkeyPatch, max_calls: int
) -> None:
    found = answer(monkeypatch, calling("calc", "1") * 8, max_calls=max_calls)
    results = [ran.result for ran in found.calls]
    assert [result.kind for result in results] == ["ok"] * max_calls + ["limit"]
    assert results[-1] is NO_MORE_CALLS
    assert found.ids.count(IDS[special.CALC_START]) == max_calls + 1
    assert found.completion.finish_reason == "stop"


def test_a_long_output_is_cut_after_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Mira Veklon " * 200
    found = answer(
        monkeypatch, calling("search", "x"), echoing(search=lambda _: text), max_seq_len=512
    )
    start, end = (found.ids.index(IDS[name]) for name in ("<|output_start|>", "<|output_end|>"))
    assert list(found.ids[start + 1 : end]) == TOKENIZER.encode(" " + text)[:MAX_OUTPUT_TOKENS]


@pytest.mark.parametrize("room", range(6))
def test_a_context_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """What does not fit is cut; where not even its two tokens do, the row ends."""
    script = said(*calling("calc", "1+1"), " And so on")
    offer = Turn.of("system", "Tools: calc, python, search.")
    n_prompt = len(local_model().dialect.render_chat([offer, *QUESTION]))
    length = n_prompt + len(calling("calc", "1+1")) + room
    found = answer(monkeypatch, script, echoing(calc=lambda _: "2222222"), max_seq_len=length)
    assert found.completion.finish_reason == "length"
    assert len(found.completion.prompt_ids) + len(found.ids) <= length + 1
    n_output = found.drawn.count(False)
    assert n_output == (room if room >= 2 else 0)
    if n_output:
        assert found.ids[-2] == IDS["<|output_end|>"]  # and one token was still drawn


def test_rows_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows whose tools wait until both run: in turn, neither would ever end."""
    both = threading.Barrier(2, timeout=20)

    def meet(text: str, cancelled: threading.Event) -> ToolResult:
        both.wait()
        return ToolResult(kind="ok", output=text)

    follow(monkeypatch, in_turn(said(*calling("python", "meet"), " Done.")))
    loop = ToolLoop(local_model(), Registry([raw_tool("python", meet)]), tools=["python"])
    found = loop.answers([QUESTION, [Turn.of("user", "And?")]], GREEDY)
    assert [row.calls[0].result.kind for row in found] == ["ok", "ok"]


def test_samples_of_one_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    follow(monkeypatch, in_turn(said(*calling("calc", "1"), " Done.")))
    loop = ToolLoop(local_model(), echoing(), tools=["calc"])
    rows = loop.samples([QUESTION, QUESTION], GREEDY, n=3)
    assert [[len(row.calls) for row in samples] for samples in rows] == [[1] * 3] * 2


def test_without_tools_nothing_is_offered_or_called(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answer(monkeypatch, said(*calling("calc", "6*7"), " 42."), tools=())
    assert found.calls == ()
    assert not set(found.ids) & {IDS[special.CALC_START], IDS[special.CALC_END]}
    assert "Tools" not in shown(found.completion.prompt_ids)


@pytest.mark.parametrize(
    ("tools", "learned", "said_"),
    [
        (["browser"], TOOLS, "There is no tool 'browser'. There are: calc, python, search"),
        (["python"], ("calc",), "'python': it knows calc"),
        (["python"], (), "it has learned none"),
    ],
)
def test_tools_that_cannot_be_offered(
    tools: list[str], learned: tuple[str, ...], said_: str
) -> None:
    with pytest.raises(RequestError, match=said_):
        ToolLoop(local_model(tools=learned), echoing(), tools=tools)


def test_a_fault_leaves_no_row_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    local = local_model(64)
    loop = ToolLoop(local, echoing(), tools=["calc"])
    with pytest.raises(RequestError, match="the model reads at most 64"):
        loop.answers([QUESTION, [Turn.of("user", "x" * 500)]], GREEDY)
    assert not local.generator.n_rows
    assert not local.generator.n_waiting
