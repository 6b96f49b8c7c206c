"""The views beside the text: merges, a conversation, a training, spelling."""

from __future__ import annotations

import pytest
from textual.widgets import TextArea

from engine.conversation import Turn
from engine.errors import LabError
from engine.tokenizer import Tokenizer
from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.tokens.tokenizing import go_to, opened, put
from tui.panes.compare import ComparePane
from tui.screens.tokens_talk import TokensTalk
from tui.tokens.learning import MOST, Learning, slider_size, slider_words
from tui.tokens.merging import word_at
from tui.tokens.names import open_named
from tui.tokens.spelling_text import letters_of
from tui.tokens.talk import EXAMPLES, turns_of, written
from tui.widgets.prompt_box import PromptBox


async def test_merges_of_the_word_under_the_cursor_step_by_step(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, " Mira Veklon")
        await pilot.press("right")
        await go_to(pilot, pane, "m", "merges")
        await shows(app, pilot, "“·Veklon”  7 bytes, 6 steps, 1 token")
        await shows(app, pilot, "of these neighbours the earliest learned is merged next")
        await pilot.press("right")
        await shows(app, pilot, "step 1 of 6")
        await pilot.press("end")
        await shows(app, pilot, "One token is left.")
        await pilot.press("left", "right_square_bracket")  # the same word, as bytes only
        await shows(app, pilot, "7 bytes, 0 steps, 7 tokens")
        await pilot.press("e")
        await until(pilot, lambda: pane.views.merges.box.has_focus, "the line to type in")
        await pilot.press("home", "shift+end", *"two words", "enter")
        await shows(app, pilot, "✗ The tokenizer splits 'two words'")


@pytest.mark.parametrize(
    ("text", "char", "word"),
    [
        ("Mira Veklon was", 6, " Veklon"),
        ("Mira Veklon was", 0, "Mira"),
        ("a\n\n  b", 2, "\n\n"),
        ("it's 1843", 6, "8"),
        ("你好 x", 1, "你好"),
        ("end", 3, "end"),
        ("", 0, ""),
    ],
)
def test_the_word_at_a_character(text: str, char: int, word: str) -> None:
    assert word_at(open_named("nano/base").tokenizer, text, char) == word


# A conversation


async def test_a_conversation_with_its_special_tokens_and_its_mask(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        await go_to(pilot, pane, "h", "chat")
        await shows(app, pilot, "<|assistant_start|> 2+2 = 4<|assistant_end|>")
        chat = open_named("nano/base").chat
        assert chat is not None
        ids = [each.piece.id for each in chat.write(EXAMPLES[0][1])]
        await shows(app, pilot, f"[{', '.join(map(str, ids[:12]))}, ")
        lines = screen_text(app).split("\n")
        y = next(n for n, line in enumerate(lines) if "2+2 = 4" in line)
        assert lines[y + 1].count("▔") == len(" 2+2 = 4<|assistant_end|>")
        await pilot.press("end")
        await shows(app, pilot, "assistant: counted by the loss")
        await pilot.press("home", "right")
        await shows(app, pilot, "user: not counted")
        await pilot.press("x", "x")
        await shows(app, pilot, "<|im_end|><|im_start|>assistant")
        data = b"".join(each.piece.data for each in pane.views.chat.written)
        assert b"<|im_end|><|im_start|>assistant" in data  # A special token has no bytes.


async def test_a_conversation_is_edited_and_mistakes_are_said(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        await go_to(pilot, pane, "h", "chat")
        await pilot.press("e")
        screen = await dialog(app, pilot, TokensTalk)
        area = screen.query_one(TextArea)
        area.text = "hello"
        await pilot.press("ctrl+j")
        await shows(app, pilot, "Begin a turn with one of")
        area.text = "user: Who?\nand when?\nassistant: Mira."
        await pilot.press("ctrl+j")
        await closed(app, pilot)
        await shows(app, pilot, "and when?<|user_end|>")
        await pilot.press("right_square_bracket")
        await shows(app, pilot, "bytes has no way of writing conversations down")


def test_conversations_are_read_as_they_are_written() -> None:
    turns = [Turn.of("system", "Be short."), Turn.of("user", "a\nb"), Turn.of("assistant", "")]
    assert turns_of(written(turns)) == turns
    for _, example in EXAMPLES:
        assert turns_of(written(example)) == list(example)
    with pytest.raises(LabError, match="are shown"):
        turns_of("user: " + "x" * 30_000)


# A training


async def test_a_tokenizer_is_learned_from_the_text_at_any_size(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        put(pane, "Mira Veklon was born in Dunbury. " * 3)
        await go_to(pilot, pane, "r", "train")
        learning = pane.views.train.slider.learning
        await until(pilot, lambda: pane.views.train.slider.learning, "learning")
        learning = pane.views.train.slider.learning
        assert learning is not None
        await until(pilot, lambda: learning.done, "learned")
        await shows(app, pilot, f"{learning.learned} entries")
        await pilot.press("home")
        await shows(app, pilot, "99 bytes → 99 tokens · 1.00 bytes a token")
        await pilot.press("right")
        await shows(app, pilot, "257 entries")
        await pilot.press("pageup")
        await until(pilot, lambda: learning.entries == learning.learned, "to the end")
        trained = pane.views.train.pad.cut
        assert trained is not None
        assert len(trained.ids) == learning.training.n_tokens(learning.learned)
        await pilot.press("t", "e", "ctrl+end", *"Mira", "escape", "r")
        await until(pilot, lambda: pane.views.train.slider.learning is not learning, "anew")


def test_sizes_are_those_of_a_training_to_that_size() -> None:
    text = "Mira Veklon was born in Dunbury, a clockmaker in Redbury. 1843, 1871. " * 9
    learning = Learning(text)
    while not learning.done:
        learning.learn()
    for size in (256, 270, 300, learning.learned):
        learning.resize(size)
        alone = Tokenizer.train([text], size, special=())
        assert learning.cut()[0].ids == alone.encode(text)


@pytest.mark.parametrize("width", [40, 80, 117])
def test_the_slider_stands_where_it_is_put(width: int) -> None:
    learning = Learning("ab ab")
    assert "●" in slider_words(learning, width).plain
    assert slider_size(0, width) == 256
    assert slider_size(width, width) == MOST
    sizes = [slider_size(column, width) for column in range(width)]
    assert sizes == sorted(sizes)


# Spelling


async def test_letters_beside_the_tokens_that_hide_them(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, pane):
        await go_to(pilot, pane, "s", "spelling")
        await shows(app, pilot, 'How many "r" are there in "strawberry"?')
        await shows(app, pilot, "10 letters in 10 tokens")
        await shows(app, pilot, "= 3")
        await pilot.press("right")
        await shows(app, pilot, 'How many "a" are there')
        await pilot.press("e")
        await until(pilot, lambda: pane.views.spelling.box.has_focus, "the line to type in")
        await pilot.press("home", "shift+end", *"Banana", "enter")
        await shows(app, pilot, 'How many "a" are there in "Banana"?')
        await pilot.press("a")
        await until(pilot, lambda: app.shown_pane == "compare", "Compare")
        prompt = app.query_one(ComparePane).query_one(PromptBox)
        assert prompt.text == 'How many "a" are there in "Banana"?'


def test_letters_are_counted_as_people_count_them() -> None:
    assert letters_of("cafe\u0301") == ["c", "a", "f", "e\u0301"]
