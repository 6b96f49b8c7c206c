"""OpenAI's own client package against a real socket."""

import time
from collections.abc import Iterator

import pytest
from fake_engine import FIRST_NUMBER
from tcp_server import tcp_server

from engine.server.limits import Limits

openai = pytest.importorskip("openai")
CHAT = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with tcp_server() as (url, *_):
        yield url


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture
def aclient(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0)


def test_models(client: openai.OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert {"count", "slow"} <= models.keys()
    assert models["count"].object == "model"
    assert client.models.retrieve("slow").created == 7
    with pytest.raises(openai.NotFoundError, match="There is no model 'nope/x'"):
        client.models.retrieve("nope/x")


def test_a_completion(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="count", prompt="hi", max_tokens=3)
    assert (answer.object, answer.model) == ("text_completion", "count")
    assert answer.id.startswith("cmpl-")
    assert abs(answer.created - time.time()) < 60
    (choice,) = answer.choices
    assert (choice.index, choice.text, choice.finish_reason) == (0, "0 1 2 ", "length")
    assert choice.logprobs is None
    assert answer.usage is not None
    assert answer.usage.to_dict() == {
        "prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5,
    }  # fmt: skip


def test_sixteen_tokens_are_the_default(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="count", prompt="hi")
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 16


@pytest.mark.parametrize(
    ("prompt", "n_prompts", "n_tokens"),
    [
        ("", 0, 0),
        ("abc", 1, 3),
        ([97, 98], 1, 2),
        (["a", "bcd"], 2, 4),
        ([[97], [98, 99], [100]], 3, 4),
    ],
)
def test_all_forms_of_prompts(
    client: openai.OpenAI, prompt: object, n_prompts: int, n_tokens: int
) -> None:
    def ask() -> openai.types.Completion:
        return client.completions.create(model="count", prompt=prompt, n=2, max_tokens=2, echo=True)  # type: ignore[call-overload]

    if not n_prompts:
        with pytest.raises(openai.BadRequestError, match="holds no token"):
            ask()
        return
    answer = ask()
    assert [choice.index for choice in answer.choices] == list(range(2 * n_prompts))
    assert all(choice.text.endswith("0 1 ") for choice in answer.choices)
    assert sum(len(choice.text) - len("0 1 ") for choice in answer.choices) == 2 * n_tokens
    assert answer.choices[0].text == answer.choices[1].text
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == n_tokens
    assert answer.usage.completion_tokens == 2 * 2 * n_prompts


@pytest.mark.parametrize("stream", [False, True])
def test_completion_logprobs_with_the_prompt(client: openai.OpenAI, stream: bool) -> None:
    options = {"model": "count", "prompt": "hi", "max_tokens": 2, "echo": True, "logprobs": 2}
    if stream:
        choices = [
            choice
            for chunk in client.completions.create(stream=True, **options)
            for choice in chunk.choices
        ]
    else:
        choices = client.completions.create(**options).choices
    scores = [choice.logprobs for choice in choices if choice.logprobs is not None]
    assert "".join(choice.text for choice in choices) == "hi0 1 "

    def all_of(field: str) -> list[object]:
        return [item for score in scores for item in getattr(score, field)]

    assert all_of("tokens") == ["h", "i", "0 ", "1 "]
    assert all_of("token_logprobs") == [None, -0.5, -0.5, -0.5]
    assert all_of("text_offset") == [0, 1, 2, 4]
    tops = all_of("top_logprobs")
    assert tops[0] is None
    assert tops[2] == {"0 ": -0.5, "1 ": -1.5}


def test_a_prompt_can_be_scored_without_an_answer(client: openai.OpenAI) -> None:
    answer = client.completions.create(
        model="count", prompt=["hi", "yo"], max_tokens=0, echo=True, logprobs=0
    )
    assert [choice.text for choice in answer.choices] == ["hi", "yo"]
    assert all(choice.finish_reason == "length" for choice in answer.choices)
    assert answer.choices[1].logprobs.tokens == ["y", "o"]
    assert answer.usage.completion_tokens == 0


def test_a_chat(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="count",
        messages=[
            {"role": "developer", "content": "count"},
            {"role": "user", "content": [{"type": "text", "text": "a"},
                                         {"type": "text", "text": "b"}]},
        ],
        max_completion_tokens=2,
        n=2,
        seed=1,
        temperature=0.5,
        extra_body={"top_k": 3, "min_p": 0.1, "priority": "bulk", "speculate": 4},
    )  # fmt: skip
    assert answer.object == "chat.completion"
    assert [choice.message.content for choice in answer.choices] == ["0 1 ", "0 1 "]
    assert answer.choices[1].message.role == "assistant"
    assert answer.usage.prompt_tokens == len("system: count\nuser: ab\n")


def test_chat_logprobs(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="count", messages=CHAT, max_tokens=2, logprobs=True, top_logprobs=3
    )
    first, second = answer.choices[0].logprobs.content
    assert (first.token, first.bytes, first.logprob) == ("0 ", [48, 32], -0.5)
    assert [top.token for top in second.top_logprobs] == ["1 ", "2 ", "3 "]


@pytest.mark.parametrize("include_usage", [False, True])
def test_a_chat_as_a_stream(client: openai.OpenAI, include_usage: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if include_usage else {}
    chunks = list(
        client.chat.completions.create(
            model="count", messages=CHAT, max_tokens=5, n=2, stream=True, **options
        )
    )
    texts = ["", ""]
    reasons = [None, None]
    for chunk in chunks:
        assert chunk.object == "chat.completion.chunk"
        assert chunk.id == chunks[0].id
        for choice in chunk.choices:
            assert reasons[choice.index] is None, "nothing comes after the end"
            texts[choice.index] += choice.delta.content or ""
            reasons[choice.index] = choice.finish_reason
    assert texts == ["0 1 2 3 4 "] * 2
    assert reasons == ["length", "length"]
    assert [chunk.choices[0].delta.role for chunk in chunks[:2]] == ["assistant"] * 2
    assert (chunks[-1].usage is not None) == include_usage
    if include_usage:
        assert not chunks[-1].choices
        assert chunks[-1].usage.completion_tokens == 10


@pytest.mark.parametrize("stop", ["2 ", ["x", "2 "]])
def test_stop_strings(client: openai.OpenAI, stop: object) -> None:
    answer = client.completions.create(model="count", prompt="a", stop=stop, logprobs=1)
    assert answer.choices[0].text == "0 1 "
    assert answer.choices[0].finish_reason == "stop"


async def test_the_asynchronous_client(aclient: openai.AsyncOpenAI) -> None:
    async with aclient as client:
        answer = await client.chat.completions.create(model="count", messages=CHAT, max_tokens=2)
        assert answer.choices[0].message.content == "0 1 "
        stream = await client.completions.create(
            model="slow", prompt="a", max_tokens=30, stream=True
        )
        text = "".join([chunk.choices[0].text async for chunk in stream])
        assert text.split() == [str(i) for i in range(30)]


@pytest.mark.parametrize(
    ("kind", "status", "options", "sentence"),
    [
        (openai.NotFoundError, 404, {"model": "nope"}, "no checkpoint 'nope'"),
        (openai.NotFoundError, 404, {"model": "damaged"}, "cut short"),
        (openai.BadRequestError, 400, {"temperature": -1.0}, "temperature"),
        (openai.BadRequestError, 400, {"prompt": "x" * 5000}, "5000 tokens, over 4096"),
        (openai.BadRequestError, 400, {"prompt": "x" * 600_000}, "600,000 characters"),
        (openai.BadRequestError, 400, {"prompt": [FIRST_NUMBER]}, "unknown id"),
        (openai.BadRequestError, 400, {"suffix": "x"}, "suffix"),
        (openai.APIStatusError, 413, {"prompt": "x" * 1_100_000}, "longer than 1,048,576"),
        (openai.InternalServerError, 503, {"model": "memory"}, "not enough free memory"),
        (openai.InternalServerError, 500, {"model": "bug"}, "a fault of its own"),
        (openai.InternalServerError, 500, {"model": "panic"}, "a fault of its own"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_the_clients_own(
    client: openai.OpenAI,
    kind: type[openai.APIStatusError],
    status: int,
    options: dict[str, object],
    sentence: str,
    stream: bool,
) -> None:
    request = {"model": "count", "prompt": "a", **options}
    if stream and options.get("model") in ("memory", "bug"):
        # It fails once the stream has begun: the error is an event of it.
        with pytest.raises(openai.APIError, match=sentence):
            list(client.completions.create(stream=True, **request))
        return
    with pytest.raises(kind, match=sentence) as caught:
        client.completions.create(stream=stream, **request)
    assert caught.value.status_code == status
    assert caught.value.body.keys() == {"message", "type", "param", "code"}


def test_param_and_code_are_told(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="count", messages=CHAT, presence_penalty=1.0)
    assert caught.value.param == "presence_penalty"
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model="count", prompt="x" * 5000)
    assert caught.value.code == "context_length_exceeded"


def test_weights_that_are_not_numbers(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="not numbers"):
        client.completions.create(model="nan", prompt="a", logprobs=1)
    with pytest.raises(openai.APIError, match="not numbers"):
        list(client.completions.create(model="nan", prompt="a", logprobs=1, stream=True))


def test_a_full_engine_says_when_to_come_back() -> None:
    limits = Limits(rows=4, waiting=2)
    with tcp_server(limits=limits) as (url, worker, _):
        with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
            endless = {"model": "slow", "prompt": "a", "max_tokens": 10**6, "stream": True}
            running = client.completions.create(n=4, **endless)
            next(iter(running))
            with pytest.raises(openai.RateLimitError, match="engine is full") as caught:
                client.completions.create(model="slow", prompt=["a", "b", "c"])
            assert caught.value.response.headers["retry-after"] == "2"
            assert caught.value.code == "engine_busy"
            assert client.completions.create(model="count", prompt="a", max_tokens=1).choices
            running.close()
        until = time.monotonic() + 20
        while worker.active_requests and time.monotonic() < until:
            time.sleep(0.02)
        assert worker.active_requests == 0, "a refused request left something behind"


def test_a_token_is_asked_for() -> None:
    with tcp_server(token="secret") as (url, *_):
        with pytest.raises(openai.AuthenticationError, match="a wrong token"):
            openai.OpenAI(base_url=url, api_key="secret2").models.list()
        assert openai.OpenAI(base_url=url, api_key="secret").models.list().data
