from __future__ import annotations

import random
import subprocess
import sys

import pytest

from engine.data.funnel import c4
from engine.data.funnel.blocklist import pocket_blocklist
from engine.data.funnel.document import (
    DROPPED_CHARS,
    EVIDENCE_CHARS,
    Document,
    Drop,
    SourcePage,
)
from engine.data.funnel.filtering import PageFilter
from engine.data.funnel.finding import Finding
from engine.data.funnel.language import language_of
from engine.data.funnel.rules import BY_NAME, RULES, thresholds
from tests.engine.data.funnel.adversarial_texts import texts

LINES = [
    "The old mill stands on the bank of the river, and people have known it for many years.",
    "Its wheel was built of oak by a carpenter who lived in the town below the hill.",
    "In winter the water froze, so that nobody could grind flour until the spring came back.",
    "Children liked to walk there with their teachers to see how bread begins.",
    "A storm once took the roof away, but friends of the miller put up a new one.",
    "Today you can visit the house on Sundays and drink tea in the garden behind it.",
]
GOOD = "\n".join(LINES)
FILTER = PageFilter(thresholds(), pocket_blocklist())


def _judged(text: str, **changed: float) -> Document | Drop:
    limits = thresholds({name.replace("__", "."): value for name, value in changed.items()})
    return PageFilter(limits, pocket_blocklist()).judge_text(Document(id="7", url="u", text=text))


def _dropped(text: str, **changed: float) -> Drop:
    judged = _judged(text, **changed)
    assert isinstance(judged, Drop)
    return judged


def _page(text: str, url: str = "http://mill.example/") -> SourcePage:
    return SourcePage(id="w/3", url=url, body=text.encode(), is_text=True)


def test_a_good_page_passes_unchanged() -> None:
    judged = FILTER.judge(_page(GOOD))
    assert isinstance(judged, Document)
    assert (judged.id, judged.url, judged.text) == ("w/3", "http://mill.example/", GOOD)
    assert judged.language == "en"
    assert judged.language_score > 0.9
    assert judged.cut_lines == 0


def test_cut_lines_are_counted() -> None:
    judged = _judged(f"{GOOD}\n\nHome page\nWe use cookies on this site.\nIt rained.[1][edit] So.")
    assert isinstance(judged, Document)
    assert judged.text == f"{GOOD}\nIt rained. So."
    assert judged.cut_lines == 2


def test_the_order_of_the_rules() -> None:
    bad = f"{'lorem ipsum {' * 60}"
    page = _page(bad, "http://pillbarrel.example/")
    judged = FILTER.judge(page)
    assert isinstance(judged, Drop)
    assert (judged.rule, judged.text) == ("url.domain", "")
    judged = FILTER.judge(_page("Это не английский текст, а совсем другой. " * 5))
    assert isinstance(judged, Drop)
    assert judged.rule == "language.english"
    assert judged.evidence.startswith("[ru] Это")
    assert judged.threshold == 0.65
    assert _dropped(bad).rule == "gopher_repetition.dup_line_chars" or "gram" in _dropped(bad).rule


@pytest.mark.parametrize(
    ("text", "rule", "value", "evidence"),
    [
        (f"{GOOD}\n{LINES[0]}\n{LINES[0]}", "gopher_repetition.dup_line_chars", None, "3 × The o"),
        ("\n\n".join([GOOD, *["So it was."] * 2]), "gopher_repetition.dup_paragraphs", 1 / 3, "2"),
        ("The mill. " * 30, "gopher_repetition.top_2_gram", None, "30 × "),
        (LINES[0], "gopher_quality.min_words", 18, "The old mill"),
        (f"{GOOD} {'# ' * 20}", "gopher_quality.hashes", None, "behind it. # #"),
        (GOOD.replace("\n", "...\n") + "...", "gopher_quality.ellipsis_lines", 1, "The old"),
        ("- " + GOOD.replace("\n", "\n- "), "gopher_quality.bullets", 1, "- The old mill"),
        (f"{GOOD}\nA template {{name}} is left.", "c4.curly_bracket", "{", "A template {name}"),
        (f"{GOOD}\nThis is Lorem Ipsum text.", "c4.lorem_ipsum", "lorem ipsum", "this is lorem"),
        (GOOD.replace(".\n", "; "), "c4.sentences", 1, "The old mill"),
    ],
)
def test_the_offending_part_is_shown(
    text: str, rule: str, value: float | str | None, evidence: str
) -> None:
    # Bullets and ellipses stand among the repetitions of a small page.
    dropped = _dropped(text, **{f"gopher_repetition__top_{n}_gram": 0.9 for n in (3, 4)})
    assert dropped.rule == rule
    assert evidence in dropped.evidence
    assert dropped.threshold == BY_NAME[rule].threshold
    if value is not None:
        assert dropped.value == value
    if isinstance(dropped.value, float) and dropped.threshold is not None:
        assert BY_NAME[rule].broken_by(dropped.value, dropped.threshold)


def test_every_drop_names_its_rule_and_is_of_bounded_size() -> None:
    found = set()
    for text in texts(300, seed=11):
        judged = FILTER.judge_text(Document(id="7", url="u", text=text * 3))
        if isinstance(judged, Drop):
            found.add(judged.rule)
            assert judged.evidence
            assert len(judged.evidence) <= EVIDENCE_CHARS
            assert len(judged.text) <= DROPPED_CHARS
    assert found <= {rule.name for rule in RULES}


def test_thresholds_are_used() -> None:
    assert isinstance(_judged(GOOD, gopher_quality__min_words=500), Drop)
    four = "\n".join(LINES[:4])
    assert isinstance(_judged(four), Drop)
    assert isinstance(_judged(four, c4__sentences=4), Document)


@pytest.mark.parametrize(
    ("rule", "beyond"),
    [
        ("gopher_quality.hashes", -1),
        ("gopher_quality.ellipses", -1),
        ("gopher_quality.max_word_length", -1),
        ("gopher_quality.bullets", -1),
        ("gopher_quality.ellipsis_lines", -1),
        ("gopher_quality.alphabetic", 2),
        ("fineweb.line_punctuation", 2),
        ("fineweb.short_lines", -1),
        ("fineweb.dup_line_chars", -1),
    ],
)
def test_thresholds_that_keep_nothing_need_nothing_to_point_at(rule: str, beyond: float) -> None:
    assert _dropped(GOOD, **{rule.replace(".", "__"): beyond}).rule == rule


@pytest.mark.parametrize("text", ["", " \n ", "\n\n", "...", "\x00", "# # #", "•"])
def test_thresholds_that_keep_everything_keep_what_has_text(text: str) -> None:
    """No division by nothing, and no empty text comes through."""
    open_wide = {
        rule.name: {"<=": 1e9, "<": 1e9, ">=": -1.0, ">": -1.0}[rule.keeps]
        for rule in RULES
        if rule.threshold is not None
    }
    judged = PageFilter(open_wide, pocket_blocklist()).judge(_page(text))
    assert isinstance(judged, Drop) or judged.text.strip()


def test_c4_cuts_a_line_of_citations() -> None:
    """Where datatrove counts what it leaves of it, a blank, as a sentence."""
    four = "\n".join(LINES[:4])
    found = c4.clean(f"{four}\n[1] [2] [3]", thresholds())
    assert isinstance(found, Finding)
    assert (found.rule, found.value) == ("c4.sentences", 4)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", GOOD),
        ("de", "Die alte Mühle steht am Ufer des Flusses, und jeder kennt sie seit vielen Jahren."),
        ("fr", "Le vieux moulin se trouve au bord de la rivière, et tout le monde le connaît."),
        (
            "es",
            "El viejo molino está a la orilla del río y todo el mundo lo conoce desde hace años.",
        ),
    ],
)
def test_languages(code: str, text: str) -> None:
    found = language_of(text)
    assert found.likeliest == code
    assert (found.english > 0.65) == (code == "en")


def test_the_language_of_noise_is_not_english() -> None:
    rng = random.Random(1)
    noise = " ".join("".join(rng.choices("qwxzjkvbhg", k=7)) for _ in range(80))
    assert language_of(noise).english < 0.65


def test_a_process_that_filters_has_neither_torch_nor_what_it_does_not_use() -> None:
    program = (
        "import sys, engine.data.funnel.filtering, engine.data.funnel.decontamination;"
        "heavy = {'torch', 'trafilatura', 'py3langid', 'lxml', 'numpy'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
