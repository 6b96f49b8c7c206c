"""OpenAI's API over real weights: pico checkpoints, trained for these tests."""

import asyncio
import contextlib
import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import torch
from tcp_server import Served, tcp_server

from engine.conversation import Turn
from engine.local import LocalModel
from engine.sampling_params import SamplingParams
from engine.server.backend import torch_backend
from engine.server.listed import Listed
from engine.server.memory import resident_bytes

openai = pytest.importorskip("openai")

BASE, SFT = "base-0001", "sft-0001"
PROMPT = "The river"
CHAT = [{"role": "user", "content": "Who lives in the town?"}]


@pytest.fixture(scope="module")
def served(pico_home: Path) -> Iterator[Served]:
    """A server of the pico checkpoints."""
    threads, home = torch.get_num_threads(), os.environ.get("LLMLAB_HOME")
    os.environ["LLMLAB_HOME"] = str(pico_home)
    try:
        with tcp_server(lambda: Listed(torch_backend())) as served:
            yield served
    finally:
        torch.set_num_threads(threads)
        del os.environ["LLMLAB_HOME"]
        if home is not None:
            os.environ["LLMLAB_HOME"] = home


@pytest.fixture(autouse=True)
def _pico_home(pico_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(pico_home))


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def base(pico_base: Path) -> LocalModel:
    return LocalModel.load(str(pico_base), device="cpu")


@pytest.fixture(scope="module")
def sft(pico_sft: Path) -> LocalModel:
    return LocalModel.load(str(pico_sft), device="cpu")


def test_the_models_are_listed(client: openai.OpenAI, base: LocalModel) -> None:
    listed = {model.id: model for model in client.models.list()}
    assert {BASE, SFT} <= listed.keys()
    assert listed[BASE].max_model_len == base.info.max_seq_len
    assert (listed[BASE].chats, listed[SFT].chats) == (False, True)


@pytest.mark.parametrize("options", [{}, {"extra_body": {"speculate": 8}}])
def test_greedy_text_and_logprobs_are_the_models_own(
    client: openai.OpenAI, base: LocalModel, options: dict[str, object]
) -> None:
    (local,) = base.complete(PROMPT, SamplingParams(temperature=0, max_tokens=24))
    answer = client.completions.create(
        model=BASE, prompt=PROMPT, temperature=0, max_tokens=24, logprobs=2, **options
    )
    (choice,) = answer.choices
    assert choice.text == local.text
    assert choice.logprobs.token_logprobs == pytest.approx(
        local.logprobs[: len(choice.logprobs.tokens)], abs=1e-3
    )
    assert "".join(choice.logprobs.tokens) == local.text
    assert answer.usage.completion_tokens == len(local.ids)


def test_a_text_and_its_ids_are_one_prompt(client: openai.OpenAI, base: LocalModel) -> None:
    ids = base.dialect.render_completion(PROMPT)
    texts = [
        client.completions.create(
            model=BASE, prompt=prompt, max_tokens=12, seed=3, n=2, echo=True
        ).choices
        for prompt in (PROMPT, ids, [ids])
    ]
    assert len({tuple(choice.text for choice in choices) for choices in texts}) == 1
    first, second = texts[0]
    assert first.text.startswith(PROMPT)
    assert first.text != second.text


def test_an_echoed_prompt_stands_once_before_every_choice(
    client: openai.OpenAI, base: LocalModel
) -> None:
    text = PROMPT
    while len(base.dialect.render_completion(text)) < 150:
        text += " flows and the river"
    ask = {"model": BASE, "prompt": text, "max_tokens": 6, "n": 3, "seed": 5}
    # The second time the samples that echo nothing find all of the prompt in the cache.
    alone = [client.completions.create(**ask).choices for _ in range(2)][1]
    echoed = client.completions.create(echo=True, logprobs=0, **ask).choices
    assert [choice.text for choice in echoed] == [text + choice.text for choice in alone]
    n_tokens = len(base.dialect.render_completion(text))
    for choice in echoed:
        assert choice.logprobs.token_logprobs.index(None) == 0
        assert len(choice.logprobs.tokens) <= n_tokens + 6


def test_a_chat_leaves_the_protocols_space_out(client: openai.OpenAI, sft: LocalModel) -> None:
    turns = [Turn.of("user", CHAT[0]["content"])]
    (local,) = sft.chat(turns, SamplingParams(temperature=0, max_tokens=16))
    answer = client.chat.completions.create(model=SFT, messages=CHAT, temperature=0, max_tokens=16)
    assert answer.choices[0].message.content == local.text.removeprefix(" ")
    chunks = client.chat.completions.create(
        model=SFT, messages=CHAT, temperature=0, max_tokens=16, stream=True
    )
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert streamed == answer.choices[0].message.content


def test_a_prompt_beyond_the_context_names_both_numbers(
    client: openai.OpenAI, base: LocalModel
) -> None:
    limit = base.info.max_seq_len
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=BASE, prompt=[1] * (limit + 1))
    assert f"{limit + 1} tokens" in str(caught.value)
    assert f"at most {limit}" in str(caught.value)
    assert caught.value.code == "context_length_exceeded"


def test_blanks_without_end(client: openai.OpenAI) -> None:
    for n in (499_999, 1_000_000):  # the second ends in a panic of the tokenizer, were it asked
        with pytest.raises(openai.BadRequestError):
            client.completions.create(model=BASE, prompt=" " * n)


@pytest.mark.parametrize("name", ["/etc", "..", "~", ".", "runs", "sft-0001/checkpoints"])
def test_no_folder_is_a_model(client: openai.OpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError, match="There is no model"):
        client.completions.create(model=name, prompt="x")


def test_a_precision_can_be_asked_for(client: openai.OpenAI) -> None:
    answer = client.completions.create(model=f"{BASE}@int8", prompt=PROMPT, max_tokens=2)
    assert answer.model == f"{BASE}@int8"


async def answer(client: httpx.AsyncClient, url: str, seed: int) -> tuple[list[str], str]:
    """Tokens and text of one sample."""
    request = {
        "model": BASE, "prompt": PROMPT, "max_tokens": 60, "seed": seed, "stream": True,
        "logprobs": 0,
    }  # fmt: skip
    tokens, text = [], ""
    async with client.stream("POST", f"{url}/completions", json=request, timeout=60) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                (choice,) = json.loads(line[6:])["choices"]
                tokens += choice["logprobs"]["tokens"]
                text += choice["text"]
    return tokens, text


async def leave(client: httpx.AsyncClient, url: str, after_s: float) -> None:
    """Ask for three long samples and be gone."""
    request = {"model": BASE, "prompt": PROMPT, "n": 3, "max_tokens": 200, "stream": True}
    with contextlib.suppress(TimeoutError):
        async with (
            asyncio.timeout(after_s),
            client.stream("POST", f"{url}/completions", json=request) as response,
        ):
            await response.aread()


async def until_idle(served: Served) -> None:
    async with asyncio.timeout(60):
        while served.worker.active_requests:
            await asyncio.sleep(0.02)


async def test_others_tokens_are_what_they_are_alone(served: Served) -> None:
    async with httpx.AsyncClient() as client:
        alone = [await answer(client, served.url, seed) for seed in range(5)]
        *among, status, _, _, _ = await asyncio.gather(
            *(answer(client, served.url, seed) for seed in range(5)),
            client.post(f"{served.url}/completions", content=b"\xff" * 1_000_000),
            *(leave(client, served.url, after_s) for after_s in (0.01, 0.1, 0.3)),
        )
        assert among == alone
        assert status.status_code == 400
    await until_idle(served)


async def test_memory_is_flat_after_a_thousand_cancelled_requests(served: Served) -> None:
    async with httpx.AsyncClient() as client:

        async def cancel(n: int) -> int:
            for _ in range(n // 50):
                await asyncio.gather(*(leave(client, served.url, 0.002 * i) for i in range(50)))
            await until_idle(served)
            gc.collect()
            return resident_bytes()

        before = await cancel(200)  # pools and caches have grown to what they need
        after = await cancel(1000)
        assert after - before < 24 << 20
        tokens, _ = await answer(client, served.url, 0)
        assert tokens
