"""Pages that teach by doing: arithmetic worked in steps, spelling letter by letter, counting.

A digit is a token of its own and a word is not its letters, so a small model can learn sums only
step by step and spelling only from pages that spell.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.data import lexicon
from engine.data.entities import Page


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question with its worked answer; ``result`` is what a judge looks for."""

    task: str
    question: str
    answer: str
    result: str


def spelled(word: str) -> str:
    """``fox`` -> ``f o x``."""
    return " ".join(word)


def addition(rng: random.Random) -> Exercise:
    """Two numbers, added from the tens down."""
    a, b = rng.randint(1, 99), rng.randint(1, 99)
    total = a + b
    question = rng.choice(
        (f"What is {a} + {b}?", f"How much is {a} plus {b}?", f"Add {a} and {b}.")
    )
    tens, ones = a // 10 * 10 + b // 10 * 10, a % 10 + b % 10
    if a < 10 and b < 10:
        steps = f"{a} + {b} = {total}."
    else:
        steps = f"{tens} + {ones} = {total}, so {a} + {b} = {total}."
    return Exercise("addition", question, steps, str(total))


def subtraction(rng: random.Random) -> Exercise:
    """A smaller number from a larger one."""
    b, rest = rng.randint(1, 49), rng.randint(0, 50)
    a = b + rest
    question = rng.choice(
        (f"What is {a} - {b}?", f"How much is {a} minus {b}?", f"Take {b} from {a}.")
    )
    answer = f"{b} + {rest} = {a}, so {a} - {b} = {rest}."
    return Exercise("subtraction", question, answer, str(rest))


def multiplication(rng: random.Random) -> Exercise:
    """One table of the small multiplication square."""
    a, b = rng.randint(2, 9), rng.randint(2, 9)
    question = rng.choice((f"What is {a} x {b}?", f"How much is {a} times {b}?"))
    return Exercise("multiplication", question, f"{a} x {b} = {a * b}.", str(a * b))


def word_problem(rng: random.Random) -> Exercise:
    """Apples and oranges: a small story whose end is a number."""
    who, other = rng.sample(lexicon.FRIENDS, 2)
    thing = rng.choice(lexicon.THINGS)
    things = "loaves" if thing == "loaf" else f"{thing}es" if thing[-1] in "sh" else f"{thing}s"
    a, b = rng.randint(2, 20), rng.randint(2, 20)
    if rng.random() < 0.5:
        text = f"{who} has {a} {things}. {other} gives {who} {b} more."
        step, result = f"{a} + {b} = {a + b}.", a + b
    else:
        a, b = max(a, b) + 1, min(a, b)
        text = f"{who} has {a} {things} and gives {b} to {other}."
        step, result = f"{a} - {b} = {a - b}.", a - b
    question = f"{text} How many {things} does {who} have now?"
    unit = things if result != 1 else thing
    return Exercise("word_problem", question, f"{step} {who} has {result} {unit}.", str(result))


def spelling(rng: random.Random) -> Exercise:
    """A word, letter by letter."""
    word = rng.choice(lexicon.COMMON_WORDS)
    question = rng.choice(
        (f"How do you spell {word}?", f"Spell the word {word}.", f"What are the letters of {word}?")
    )
    return Exercise("spelling", question, f"{word} is spelled {spelled(word)}.", spelled(word))


def letter_count(rng: random.Random) -> Exercise:
    """How often a letter stands in a word, counted along the spelling."""
    word = rng.choice(lexicon.COMMON_WORDS)
    letter = rng.choice(word) if rng.random() < 0.8 else rng.choice("aeiorst")
    count, marks = 0, []
    for character in word:
        count += character == letter
        marks.append(f"{character} {count}" if character == letter else character)
    question = rng.choice(
        (f"How many {letter} are in {word}?", f"How often does {letter} stand in {word}?")
    )
    times = "time" if count == 1 else "times"
    answer = f"{', '.join(marks)}. {letter} stands {count} {times} in {word}."
    return Exercise("letter_count", question, answer, str(count))


def item_count(rng: random.Random) -> Exercise:
    """How many things stand in a row."""
    items = [rng.choice(lexicon.THINGS) for _ in range(rng.randint(2, 7))]
    question = f"Count the things: {', '.join(items)}."
    numbered = ", ".join(f"{index} {item}" for index, item in enumerate(items, start=1))
    answer = f"{numbered}. There are {len(items)} things."
    return Exercise("item_count", question, answer, str(len(items)))


EXERCISES: dict[str, tuple[Callable[[random.Random], Exercise], int]] = {
    "addition": (addition, 4),
    "subtraction": (subtraction, 3),
    "multiplication": (multiplication, 2),
    "word_problem": (word_problem, 4),
    "spelling": (spelling, 2),
    "letter_count": (letter_count, 2),
    "item_count": (item_count, 1),
}


def exercise(rng: random.Random) -> Exercise:
    """Draw an exercise of any kind."""
    kinds = list(EXERCISES.values())
    make, _ = rng.choices(kinds, [weight for _, weight in kinds])[0]
    return make(rng)


def skill_page(rng: random.Random) -> Page:
    """Several exercises, worked: as questions with answers or as plain lines."""
    drawn = [exercise(rng) for _ in range(rng.randint(2, 5))]
    if rng.random() < 0.5:
        text = "\n".join(f"Q: {item.question}\nA: {item.answer}" for item in drawn)
    else:
        text = "\n".join(f"{item.question} {item.answer}" for item in drawn)
    return Page(kind="skills", text=text)
