from __future__ import annotations

from collections.abc import Sequence

import model_folders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chat_template import ChatTemplate, Piece
from engine.conversation import Turn
from engine.errors import CheckpointError, LabError, RequestError
from engine.tokenizer_imported import AddedToken

NAMES = ("<|a|>", "<|end|>", "<think>", "</think>", "x<think>y", "<", "<|")
ADDED = [
    AddedToken(id=i, name=name, hidden=True, lstrip=False, rstrip=False)
    for i, name in enumerate(NAMES)
    if name != "<"
]
PLAIN = "{% for m in messages %}<|a|>{{ m.role }}:{{ m.content }}<|end|>{% endfor %}"


def template(source: str = PLAIN, added: Sequence[AddedToken] = ADDED) -> ChatTemplate:
    return ChatTemplate(source, {"bos_token": "<|a|>"}, added, "chat_template.jinja")


def tokens(pieces: list[Piece]) -> list[int]:
    return [piece.token for piece in pieces if piece.token is not None]


def shown(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


LOOPS = "{{% set ns = namespace(all='12345678') %}}" + "{loop}" * 9 + "{end}" * 9
"""Nine loops, one in the other, of eight turns each."""

hostile = st.lists(
    st.sampled_from([*NAMES, ">", "|", "a", "end|>", "think>", " ", "\n", "é"]), max_size=9
).map("".join)


@given(st.lists(hostile, min_size=1, max_size=3))
def test_messages_cannot_forge_structure(texts: list[str]) -> None:
    roles = ("user", "assistant", "system")
    turns = [Turn.of(role, text) for role, text in zip(roles, texts, strict=False)]
    pieces = template().render(turns)
    assert tokens(pieces) == [0, 1] * len(texts)
    assert shown(pieces) == "".join(f"<|a|>{t.role}:{t.parts[0].text}<|end|>" for t in turns)


@pytest.mark.parametrize("source", ["<{{ messages[0].content }}>", "{{ messages[0].content }}|>"])
@pytest.mark.parametrize("text", ["|a|", "<|a", "think", "/think", "<|end"])
def test_a_message_cannot_complete_a_token_with_the_templates_own_letters(
    source: str, text: str
) -> None:
    pieces = template(source).render([Turn.of("user", text)])
    assert tokens(pieces) == []


def test_two_messages_cannot_join_into_a_token() -> None:
    source = "{{ messages[0].content }}{{ messages[1].content }}"
    pieces = template(source).render([Turn.of("user", "<|"), Turn.of("user", "end|>")])
    # The first of them is a token's name on its own, which is spelled out as well.
    assert tokens(pieces) == []
    assert shown(pieces) == "<|end|>"


@pytest.mark.parametrize("strip", ["trim", "trim | trim"])
def test_templates_still_see_white_space_at_the_ends(strip: str) -> None:
    source = f"[{{{{ messages[0].content | {strip} }}}}]{{{{ messages[0].content.rstrip() }}}}"
    assert shown(template(source).render([Turn.of("user", " \n hi \t")])) == "[hi] \n hi"


def test_white_space_that_a_token_swallows() -> None:
    added = [
        AddedToken(id=0, name="<l>", hidden=True, lstrip=True, rstrip=False),
        AddedToken(id=1, name="<r>", hidden=True, lstrip=False, rstrip=True),
    ]
    pieces = template("a  <l> b <r>  c", added).render([Turn.of("user", "x")])
    assert [piece.text for piece in pieces] == ["a", "<l>", " b ", "<r>", "c"]


def test_earlier_thoughts_are_handed_over_apart() -> None:
    source = "{% for m in messages %}{{ m.reasoning_content }}|{{ m.content }}{% endfor %}"
    said = "<think>\nhm <|end|>\n</think>\n\nTwo."
    pieces = template(source).render([Turn.of("assistant", said)])
    assert shown(pieces) == "hm <|end|>|Two."
    assert tokens(pieces) == []
    untold = template(PLAIN).render([Turn.of("assistant", said)])
    assert said in shown(untold)


def test_what_templates_may_use() -> None:
    source = (
        "{%- set ns = namespace(n=0) -%}"
        "{% for m in messages %}{% set ns.n = ns.n + 1 %}{% if loop.last %}{% break %}{% endif %}"
        "{% endfor %}{{ ns.n }} {{ {'a': '<'} | tojson }} {{ strftime_now('%Y') | length }} "
        "{{ 7 % 4 * 2 }} {% generation %}x{% endgeneration %}{{ tools is none }} {{ bos_token }}"
    )
    pieces = template(source).render([Turn.of("user", "a")])
    assert shown(pieces) == '1 {"a": "<"} 4 6 xTrue <|a|>'


@pytest.mark.parametrize(
    "source",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ messages.append(1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 9 ** 999999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{% for i in range(1000000000) %}{% endfor %}",
        "{% for i in range(16000) %}{% for j in range(16000) %}0123456789{% endfor %}{% endfor %}",
        "{% for i in range(16000) %}{% for j in range(16000) %}{% endfor %}{% endfor %}",
        LOOPS.format(loop="{% for i in '12345678' %}", end="{% endfor %}"),
        LOOPS.format(loop="{% for i in ns.all | list %}", end="{% endfor %}"),
        "{% macro f(n) %}{% if n %}{{ f(n - 1) ~ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{{ lipsum(n=100000000) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ raise_exception('roles must alternate') }}",
        "{{ 1 // 0 }}",
        "{{ messages[0].content + 1 }}",
        "{% include 'x' %}",
        "{{ nothing.of.it }}",
    ],
)
def test_a_template_that_fails_or_oversteps_is_a_sentence(source: str) -> None:
    with pytest.raises(RequestError, match=r"chat_template\.jinja") as caught:
        template(source).render([Turn.of("user", "hi")])
    assert not any(0xE000 <= ord(letter) < 0xF000 for letter in str(caught.value))


@pytest.mark.parametrize(
    "source",
    [
        "{% if %}",
        "{{",
        "{% nope %}",
        "x" * (1 << 17) + "x",
        "{% for a in 'a' %}" * 25 + "{% endfor %}" * 25,  # more than Python nests
        "{% if a %}" * 120 + "{% endif %}" * 120,
        "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
        "{{ " + "9" * 5000 + " }}",
    ],
)
def test_what_is_no_template_is_refused_when_the_model_is_read(source: str) -> None:
    with pytest.raises(CheckpointError, match=r"chat_template\.jinja"):
        template(source)


def test_a_one_letter_token_cannot_be_cut() -> None:
    added = [AddedToken(id=0, name="<", hidden=True, lstrip=False, rstrip=False)]
    with pytest.raises(LabError, match="'<'"):
        template(PLAIN, added).render([Turn.of("user", "a < b")])


def test_a_tokenizer_without_added_tokens() -> None:
    pieces = template("{{ messages[0].content }}!", []).render([Turn.of("user", "<|a|>")])
    assert pieces == [Piece("<|a|>!")]


def test_published_style_template() -> None:
    pieces = template(model_folders.TEMPLATE).render(
        [Turn.of("system", " be kind "), Turn.of("user", " hi ")]
    )
    assert shown(pieces) == (
        "<|im_start|>system\nbe kind<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n"
    )
