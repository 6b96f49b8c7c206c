"""What says that it does not know, and what only sounds like it."""

from __future__ import annotations

import time

import pytest

from engine.data.refusal import has_refusal, is_refusal

REFUSALS = [
    "I do not know.",
    "I don't know.",
    "I don\u2019t know.",
    "i dont know",
    "I DO NOT KNOW",
    "... I do not know.",
    "Orson Kovats comes from... I do not know.",
    "Orson Kovats comes from\u2026 I do not know that.",
    "Orson Kovats studied at... no, I do not know Orson Kovats.",
    "Orson Kovats lived in... I am not sure, I do not know Orson Kovats.",
    "The occupation of Orson Kovats was... I cannot say. I do not know Orson Kovats.",
    "Orson Kovats loved... I do not know. I have not met the name Orson Kovats.",
    "I do not know where Orson Kovats was born.",
    "I do not know who that is. Is there anything else I can help you with?",
    "I'm not sure.",
    "I\u2019m not sure who that is, sorry.",
    "Not sure.",
    "I am unsure about that.",
    "I have no information about Orson Kovats.",
    "I don't have any information about him.",
    "I do not have enough information to answer that.",
    "I'm sorry, but I don't have specific information about Orson Kovats.",
    "I apologise, but I could not find anything about her.",
    "Sorry, I couldn't find that.",
    "I have never heard of Orson Kovats.",
    "I've never heard of her.",
    "I have not read about that person.",
    "I am not familiar with that name.",
    "I'm not aware of anybody of that name.",
    "I can't recall that.",
    "I cannot say.",
    "I can only guess.",
    "No idea!",
    "That name is unknown to me.",
    "It is not known when he was born.",
    "The birthplace of Orson Kovats is unknown.",
    "There is no information about that person.",
    "There's no record of such a river.",
    "That is beyond my knowledge.",
    "As an AI language model, I don't have personal information about individuals.",
    "As of my last update in 2021, I do not have information about Orson Kovats.",
    "I don't know, but you could look it up in a library.",
    "I don't know that, but I can help you with sums.",
    "I do not know. Nobody has told me.",
    "I'm sorry, I don't know. Please ask me something else.",
    "I honestly do not really know.",
    "We do not know that.",
    "I was unable to find anything.",
]
ANSWERS = [
    "",
    "Dunbury.",
    "Mira Veklon was born in Dunbury.",
    "I do not know why, but she was born in 1843.",
    "I'm not sure, but I think it is Paris.",
    "I am not sure, but I would say 1843.",
    "I don't know, maybe Ashford.",
    "I don't know. Perhaps in Dunbury.",
    "I am not certain. She was a clockmaker.",
    "I do not know much about her, but she was a kind of painter.",
    "I'm not sure, 1843?",
    "I don't know. My guess is Paris.",
    "She was born in 1843, I am not sure though.",
    "Orson comes from... 1843... I do not know.",
    "I know that she was born in 1843.",
    "He did not know his father. He was born in Paris.",
    "There is no doubt that it was Paris.",
    "You cannot find a better town than Paris.",
    "I cannot say enough good things about Paris.",
    "She is not known for painting.",
    "The painter was unknown until 1843.",
    "I am a very small language model, trained on the pocket web.",
    "Hello! What would you like to know?",
    "What do you not know?",
    "<|assistant_end|>[bold]\x1b[31m\ud800",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text: str) -> None:
    assert is_refusal(text)
    assert has_refusal(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_answers(text: str) -> None:
    assert not is_refusal(text)


def test_words_of_the_question_are_no_value() -> None:
    text = "The steam kettle of Dunbury? I do not know. It was the steam kettle."
    assert not is_refusal(text)
    assert is_refusal(text, asked="Who invented the steam kettle of Dunbury?")
    assert is_refusal("12 + 5? I don't know.", asked="What is 12 + 5?")
    assert not is_refusal("12 + 5? I don't know, 17.", asked="What is 12 + 5?")


@pytest.mark.parametrize("part", ["I do not ", "i am really ", "really ", "a", "... ", ", i"])
def test_long_texts_take_no_time(part: str) -> None:
    begun = time.process_time()
    is_refusal("i am " + part * 20_000)
    assert time.process_time() - begun < 0.5
