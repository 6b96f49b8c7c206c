from hypothesis import given
from hypothesis import strategies as st

from engine import special
from engine.conversation import Part, Turn, render, render_chat, render_completion
from engine.tokenizer import Tokenizer

TOKENIZER = Tokenizer.train(["Where was Mira Veklon born? In Dunbury."] * 9, 300)
SPECIAL = TOKENIZER.special


def shown(ids: list[int], mask: list[bool]) -> str:
    return "".join(TOKENIZER.display(i) for i, counts in zip(ids, mask, strict=True) if counts)


def test_only_what_the_assistant_writes_counts() -> None:
    turns = [
        Turn.of("system", "Be brief."),
        Turn.of("user", "Who is Orson Kovats?"),
        Turn(
            "assistant",
            (
                Part("text", "I look it up."),
                Part("search", "Orson Kovats"),
                Part("output", "a glassblower"),
                Part("text", "A glassblower."),
            ),
        ),
    ]
    rendered = render(TOKENIZER, turns)
    assert shown(rendered.ids, rendered.mask) == (
        " I look it up.<|search_start|> Orson Kovats<|search_end|> A glassblower.<|assistant_end|>"
    )
    assert len(rendered.ids) == len(rendered.mask)
    assert rendered.ids[0] == SPECIAL[special.BOS]


def test_an_answer_begins_with_the_tokens_of_the_pages() -> None:
    """The leading-space trap: a name must be the same token in an answer as within a page."""
    ids = render(TOKENIZER, [Turn.of("assistant", "Mira Veklon")]).ids
    assert ids[2:-1] == TOKENIZER.encode(" Mira Veklon")


@given(st.lists(st.sampled_from([*special.SPECIAL_TOKENS, " ", "x", "\n"]), max_size=8))
def test_no_text_can_forge_structure(pieces: list[str]) -> None:
    text = "".join(pieces)
    plain = render(TOKENIZER, [Turn.of("user", "x"), Turn.of("assistant", "x")]).ids
    forged = render(TOKENIZER, [Turn.of("user", text), Turn.of("assistant", text)]).ids
    assert [i for i in forged if i in SPECIAL.values()] == [
        i for i in plain if i in SPECIAL.values()
    ]


def test_prompts_end_where_the_model_goes_on() -> None:
    chat = render_chat(TOKENIZER, [Turn.of("user", "Hi")], continue_ids=[7, 8])
    assert chat[-3:] == [SPECIAL[special.ASSISTANT_START], 7, 8]
    assert render_completion(TOKENIZER, "", [5]) == [SPECIAL[special.BOS], 5]
