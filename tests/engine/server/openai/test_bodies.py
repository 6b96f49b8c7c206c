"""What a body of OpenAI's API becomes, or the sentence with which it is refused."""

from typing import Any

import pytest

from engine.errors import RequestError
from engine.protocol import MAX_ROWS, GenerateRequest, Message
from engine.sampling_params import SamplingParams
from engine.server.openai.bodies import CHAT_TOKENS, chat_wish, completion_wish

COMPLETION: dict[str, Any] = {"model": "m", "prompt": "hi"}
CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def test_every_setting_arrives() -> None:
    wish = completion_wish(
        COMPLETION
        | {
            "max_tokens": 3, "n": 2, "seed": 5, "stop": "x", "temperature": 0.5, "top_p": 0.9,
            "top_k": 7, "min_p": 0.1, "repetition_penalty": 1.5, "priority": "bulk",
            "speculate": 4, "echo": True, "logprobs": 3, "stream": True,
            "stream_options": {"include_usage": True, "include_obfuscation": False},
        }
    )  # fmt: skip
    assert wish.requests == (
        GenerateRequest(
            model="m",
            prompt="hi",
            params=SamplingParams(
                max_tokens=3, seed=5, stop=("x",), temperature=0.5, top_p=0.9, top_k=7, min_p=0.1,
                repetition_penalty=1.5, n_alternatives=3,
            ),
            n=2,
            echo=True,
            priority="bulk",
            speculate=4,
        ),
    )  # fmt: skip
    assert (wish.logprobs, wish.stream, wish.include_usage) == (True, True, True)


@pytest.mark.parametrize(
    ("given", "texts", "ids"),
    [
        ("a", ["a"], [None]),
        ("", [""], [None]),
        (["a", "b"], ["a", "b"], [None, None]),
        ([1, 2], [None], [(1, 2)]),
        ([[1], [2, 3]], [None, None], [(1,), (2, 3)]),
        ([[]], [None], [()]),
    ],
)
def test_forms_of_prompts(given: Any, texts: list[Any], ids: list[Any]) -> None:
    wish = completion_wish({"model": "m", "prompt": given})
    assert [request.prompt for request in wish.requests] == texts
    assert [request.prompt_ids for request in wish.requests] == ids


def test_messages() -> None:
    messages = [
        {"role": "developer", "content": "d"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        # As the client package writes back what it was sent.
        {"role": "assistant", "content": "c", "refusal": None, "tool_calls": None,
         "annotations": [], "audio": None, "function_call": None},
        {"role": "user", "content": ""},
    ]  # fmt: skip
    (request,) = chat_wish({"model": "m", "messages": messages}).requests
    assert request.messages == (
        Message(role="system", content="d"),
        Message(role="user", content="ab"),
        Message(role="assistant", content="c"),
        Message(role="user", content=""),
    )
    assert request.params.max_tokens == CHAT_TOKENS


@pytest.mark.parametrize(
    "neutral",
    [
        {"frequency_penalty": 0}, {"presence_penalty": 0.0}, {"logit_bias": {}},
        {"logit_bias": None}, {"user": "me"}, {"stop": None}, {"stop": []}, {"seed": None},
        {"n": None}, {"stream_options": None},
    ],
)  # fmt: skip
def test_what_changes_nothing_is_accepted(neutral: dict[str, Any]) -> None:
    assert completion_wish(COMPLETION | neutral) == completion_wish(COMPLETION)
    assert chat_wish(CHAT | neutral) == chat_wish(CHAT)


@pytest.mark.parametrize(
    "neutral",
    [
        {"tools": []}, {"tool_choice": "none"}, {"response_format": {"type": "text"}},
        {"modalities": ["text"]}, {"store": False}, {"metadata": {"a": "b"}},
        {"service_tier": "auto"}, {"parallel_tool_calls": True}, {"safety_identifier": "x"},
        {"prompt_cache_key": "x"}, {"reasoning_effort": None}, {"max_tokens": CHAT_TOKENS},
        {"max_completion_tokens": CHAT_TOKENS}, {"top_logprobs": None, "logprobs": False},
    ],
)  # fmt: skip
def test_what_changes_nothing_in_a_chat(neutral: dict[str, Any]) -> None:
    assert chat_wish(CHAT | neutral) == chat_wish(CHAT)


@pytest.mark.parametrize("neutral", [{"suffix": ""}, {"best_of": 1}, {"logprobs": None}])
def test_what_changes_nothing_in_a_completion(neutral: dict[str, Any]) -> None:
    assert completion_wish(COMPLETION | neutral) == completion_wish(COMPLETION)


def test_best_of_as_many_as_are_returned() -> None:
    body = COMPLETION | {"n": 3}
    assert completion_wish(body | {"best_of": 3}) == completion_wish(body)


@pytest.mark.parametrize(
    ("change", "param", "sentence"),
    [
        ({"frequency_penalty": 0.1}, "frequency_penalty", "not of this engine's"),
        ({"presence_penalty": False}, "presence_penalty", "Leave it out"),
        ({"logit_bias": {"5": 1}}, "logit_bias", "Leave it out"),
        ({"temperature": "hot"}, "temperature", "must be a number"),
        ({"temperature": -0.1}, "temperature", "at least 0"),
        ({"top_p": 2}, "top_p", "at most 1"),
        ({"top_k": -1}, "top_k", "at least 0"),
        ({"seed": 2**70}, "seed", "64 bits"),
        ({"n": 0}, "n", "between 1 and"),
        ({"n": MAX_ROWS + 1}, None, str(MAX_ROWS)),
        ({"n": True}, "n", "whole number"),
        ({"max_tokens": -1}, "max_tokens", "at least 1"),
        ({"stop": [""]}, "stop", "non-empty"),
        ({"stop": ["a"] * 17}, "stop", "16"),
        ({"stop": "a" * 1001}, "stop", "1,000"),
        ({"stop": {"a": 1}}, "stop", "must be a list"),
        ({"stream": "yes"}, "stream", "true or false"),
        ({"stream_options": {"include_usage": True}}, "stream_options", "for streams"),
        ({"stream": True, "stream_options": {"x": 1}}, "stream_options.x", "Unknown key"),
        ({"stream": True, "stream_options": {"include_obfuscation": True}},
         "stream_options.include_obfuscation", "Leave it out"),
        ({"priority": "urgent"}, "priority", "interactive, bulk"),
        ({"temprature": 1}, "temprature", "Did you mean 'temperature'"),
        ({"model": None}, "model", "model is missing"),
        ({"model": 3}, "model", "must be a string"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["completion", "chat"])
def test_refusals_of_both(kind: str, change: dict[str, Any], param: str, sentence: str) -> None:
    base, read = (COMPLETION, completion_wish) if kind == "completion" else (CHAT, chat_wish)
    with pytest.raises(RequestError) as caught:
        read(base | change)
    assert sentence in str(caught.value)
    if param is not None:
        assert caught.value.param == param


@pytest.mark.parametrize(
    ("change", "param", "sentence"),
    [
        ({"prompt": None}, "prompt", "Give one"),
        ({"prompt": []}, "prompt", "Give one"),
        ({"prompt": 5}, "prompt", "Give one"),
        ({"prompt": {"a": 1}}, "prompt", "Give one"),
        ({"prompt": ["a", 5]}, "prompt[1]", "must be a string"),
        ({"prompt": [5, "a"]}, "prompt[1]", "whole number"),
        ({"prompt": [True]}, "prompt[0]", "whole number"),
        ({"prompt": [[1], "a"]}, "prompt[1]", "must be a list"),
        ({"prompt": [[1], [2.5]]}, "prompt[1][0]", "whole number"),
        ({"prompt": [-1]}, None, "negative"),
        ({"prompt": "\ud800"}, "prompt[0]", "surrogates"),
        ({"prompt": ["a"] * 33, "n": 2}, "prompt", "66 choices"),
        ({"suffix": "x"}, "suffix", "Leave it out"),
        ({"best_of": 2}, "best_of", "Leave it out"),
        ({"logprobs": 21}, "logprobs", "0 to 20"),
        ({"logprobs": True}, "logprobs", "whole number"),
        ({"messages": []}, "messages", "Unknown key"),
    ],
)
def test_refusals_of_completions(change: dict[str, Any], param: str | None, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        completion_wish(COMPLETION | change)
    assert sentence in str(caught.value)
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("change", "param", "sentence"),
    [
        ({"messages": None}, "messages", "messages is missing"),
        ({"messages": []}, "messages", "messages is empty"),
        ({"messages": "hi"}, "messages", "must be a list"),
        ({"messages": ["hi"]}, "messages[0]", "must be an object"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role", "must be one of"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "is missing"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "a string"),
        ({"messages": [{"role": "user", "content": "x", "name": "y"}]}, "messages[0].name", "key"),
        ({"messages": [{"role": "assistant", "content": "x", "tool_calls": [{}]}]},
         "messages[0].tool_calls", "Leave it out"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "u"}]}]},
         "messages[0].content[0]", "reads text only"),
        ({"messages": [{"role": "user", "content": [5]}]}, "messages[0].content[0]", "an object"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]},
         "messages[0].content[0].text", "is missing"),
        ({"logprobs": 1}, "logprobs", "true or false"),
        ({"top_logprobs": 2}, "top_logprobs", "without logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "0 to 20"),
        ({"tools": [{"type": "function"}]}, "tools", "Leave it out"),
        ({"tool_choice": "required"}, "tool_choice", "Leave it out"),
        ({"response_format": {"type": "json_object"}}, "response_format", "Leave it out"),
        ({"max_completion_tokens": 0}, "max_tokens", "at least 1"),
        ({"echo": True}, "echo", "Unknown key"),
        ({"prompt": "x"}, "prompt", "Unknown key"),
    ],
)  # fmt: skip
def test_refusals_of_chats(change: dict[str, Any], param: str, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        chat_wish(CHAT | change)
    assert sentence in str(caught.value)
    assert caught.value.param == param


@pytest.mark.parametrize("body", [None, [], "x", 5, True])
@pytest.mark.parametrize("read", [completion_wish, chat_wish])
def test_a_body_is_an_object(read: Any, body: Any) -> None:
    with pytest.raises(RequestError, match="must be a JSON object"):
        read(body)
