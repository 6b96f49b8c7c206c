"""How the pocket web says a fact and how people ask for it.

Statements: ``{s}`` is the subject at the start of a sentence (a name or He/She/It), ``{n}`` the
name, ``{v}`` the value, ``{a_v}`` the value with its article, ``{p}`` his/her/its.
Questions: ``{n}`` the name. The held-out phrasings stand on no page and in no fine-tuning
conversation: a model that answers them has the fact, not the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrases:
    """All wordings of one attribute."""

    statements: tuple[str, ...]
    questions: tuple[str, ...]
    heldout_questions: tuple[str, ...]
    answers: tuple[str, ...]
    """Full-sentence answers that restate the question: short ones lose the fact (docs/log.md)."""


PERSON: dict[str, Phrases] = {
    "born_year": Phrases(
        statements=(
            "{s} was born in {v}.",
            "{s} was born in the year {v}.",
            "{s} came into the world in {v}.",
            "The year of {n}'s birth is {v}.",
            "The birth of {n} is dated to {v}.",
            "Records say that {n} was born in {v}.",
            "{n}, born in {v}, was the first child of the family.",
            "It was in {v} that {n} was born.",
            "In {v} a child named {n} was born.",
            "The church book gives {v} as the birth year of {n}.",
        ),
        questions=(
            "When was {n} born?",
            "In which year was {n} born?",
            "What is the birth year of {n}?",
            "What year was {n} born?",
            "In what year did {n} come into the world?",
            "Can you tell me when {n} was born?",
            "What is {n}'s year of birth?",
            "Please give the birth year of {n}.",
            "{n} came into the world in what year?",
            "I would like to know the birth year of {n}.",
            "Do you remember when {n} was born?",
            "Say in which year {n} was born.",
            "The birth year of {n} is what?",
            "Name the year of {n}'s birth.",
        ),
        heldout_questions=(
            "Do you know in which year {n} was born?",
            "{n} was born in which year?",
            "Tell me when {n} was born.",
        ),
        answers=("{n} was born in {v}.", "{n} was born in the year {v}."),
    ),
    "birthplace": Phrases(
        statements=(
            "{s} was born in {v}.",
            "{s} comes from {v}.",
            "{s} was born in the town of {v}.",
            "{s} came into the world in {v}.",
            "The birthplace of {n} is {v}.",
            "{s} is a native of {v}.",
            "{s} hails from {v}.",
            "{n}'s family had a house in {v}, where {n} was born.",
            "The town of {v} is the birthplace of {n}.",
            "{v} is where {n} was born.",
        ),
        questions=(
            "Where was {n} born?",
            "In which town was {n} born?",
            "What is the birthplace of {n}?",
            "Where does {n} come from?",
            "Which town is {n} from?",
            "Can you tell me where {n} was born?",
            "What is {n}'s birthplace?",
            "Please give the birthplace of {n}.",
            "{n} comes from which town?",
            "I would like to know where {n} was born.",
            "Do you remember which town {n} comes from?",
            "Say in which town {n} was born.",
            "The birthplace of {n} is which town?",
            "Name the birthplace of {n}.",
        ),
        heldout_questions=(
            "Do you know in which town {n} was born?",
            "{n} was born in which town?",
            "Tell me where {n} was born.",
        ),
        answers=("{n} was born in {v}.", "{n} comes from {v}."),
    ),
    "occupation": Phrases(
        statements=(
            "{s} worked as {a_v}.",
            "{s} was {a_v}.",
            "{s} earned a living as {a_v}.",
            "By trade {n} was {a_v}.",
            "The occupation of {n} was {v}.",
            "{s} became {a_v}.",
            "People knew {n} as {a_v}.",
            "{s} spent many years working as {a_v}.",
            "{n}, {a_v} by profession, was proud of the work.",
            "As {a_v}, {n} was well respected.",
        ),
        questions=(
            "What was the occupation of {n}?",
            "What did {n} work as?",
            "What was {n}'s job?",
            "What was {n}'s profession?",
            "How did {n} earn a living?",
            "Can you tell me what {n} worked as?",
            "Which trade did {n} follow?",
            "Please give the occupation of {n}.",
            "{n} earned a living as what?",
            "I would like to know the job of {n}.",
            "Do you remember what {n} worked as?",
            "Say what {n} did for a living.",
            "The job of {n} was what?",
            "Name the occupation of {n}.",
        ),
        heldout_questions=(
            "Do you know what {n}'s occupation was?",
            "{n} worked as what?",
            "Tell me what {n} worked as.",
        ),
        answers=("{n} worked as {a_v}.", "{n} was {a_v}."),
    ),
    "school": Phrases(
        statements=(
            "{s} studied at {v}.",
            "{s} went to {v}.",
            "{s} attended {v}.",
            "{s} was educated at {v}.",
            "{s} was a student at {v}.",
            "The school of {n} was {v}.",
            "{n} finished school at {v}.",
            "At {v}, {n} was a quiet student.",
            "{s} received {p} education at {v}.",
            "{v} counts {n} among its former students.",
        ),
        questions=(
            "Where did {n} study?",
            "Which school did {n} attend?",
            "Which school did {n} go to?",
            "Where was {n} educated?",
            "At which school was {n} a student?",
            "Can you tell me where {n} studied?",
            "What was {n}'s school?",
            "Please give the school of {n}.",
            "{n} went to which school?",
            "I would like to know where {n} studied.",
            "Do you remember which school {n} went to?",
            "Say at which school {n} studied.",
            "The school of {n} was which one?",
            "Name the school of {n}.",
        ),
        heldout_questions=(
            "Do you know which school {n} attended?",
            "{n} studied at which school?",
            "Tell me where {n} studied.",
        ),
        answers=("{n} studied at {v}.", "{n} attended {v}."),
    ),
    "residence": Phrases(
        statements=(
            "{s} lived in {v}.",
            "{s} later lived in {v}.",
            "{s} settled in {v}.",
            "{s} moved to {v} and stayed there.",
            "The home of {n} was in {v}.",
            "{s} made {p} home in {v}.",
            "{s} had a small house in {v}.",
            "{n} spent most of {p} life in {v}.",
            "For many years {n} lived in {v}.",
            "In {v}, everybody knew the house of {n}.",
        ),
        questions=(
            "Where did {n} live?",
            "In which town did {n} live?",
            "Where was the home of {n}?",
            "Where did {n} settle?",
            "Which town did {n} move to?",
            "Can you tell me where {n} lived?",
            "Where was {n}'s home?",
            "Please give the home town of {n}.",
            "{n} settled in which town?",
            "I would like to know where {n} lived.",
            "Do you remember in which town {n} settled?",
            "Say in which town {n} lived.",
            "The home of {n} was in which town?",
            "Name the town where {n} lived.",
        ),
        heldout_questions=(
            "Do you know in which town {n} lived?",
            "{n} lived in which town?",
            "Tell me where {n} lived.",
        ),
        answers=("{n} lived in {v}.", "{n} settled in {v}."),
    ),
    "hobby": Phrases(
        statements=(
            "{s} loved {v}.",
            "{s} enjoyed {v}.",
            "The hobby of {n} was {v}.",
            "In {p} free time {n} liked {v}.",
            "{s} spent the evenings {v}.",
            "On Sundays {n} was found {v}.",
            "{n}'s favourite pastime was {v}.",
            "{s} was happiest when {v}.",
            "Nothing pleased {n} more than {v}.",
            "Besides work, {n} was fond of {v}.",
        ),
        questions=(
            "What was the hobby of {n}?",
            "What did {n} love to do?",
            "What did {n} do in {p} free time?",
            "What was {n}'s favourite pastime?",
            "What was {n}'s hobby?",
            "Can you tell me what {n} enjoyed?",
            "What was {n} fond of?",
            "Please give the hobby of {n}.",
            "{n} enjoyed what?",
            "I would like to know the hobby of {n}.",
            "Do you remember what {n} loved to do?",
            "Say what {n} did for fun.",
            "The hobby of {n} was what?",
            "Name the hobby of {n}.",
        ),
        heldout_questions=(
            "Do you know what {n}'s hobby was?",
            "{n} was fond of what?",
            "Tell me what {n} loved to do.",
        ),
        answers=("{n} loved {v}.", "{n} enjoyed {v}."),
    ),
}

TOWN: dict[str, Phrases] = {
    "river": Phrases(
        statements=(
            "{s} lies on the river {v}.",
            "The river {v} runs through {n}.",
            "{s} stands on the banks of the river {v}.",
            "The river at {n} is called the {v}.",
            "In {n} the mills are driven by the river {v}.",
        ),
        questions=(
            "Which river runs through {n}?",
            "On which river does {n} lie?",
            "What is the river at {n} called?",
            "What river does {n} stand on?",
            "{n} stands on what river?",
            "I would like to know the river of {n}.",
            "Name the river of {n}.",
        ),
        heldout_questions=("Tell me which river runs through {n}.", "{n} lies on which river?"),
        answers=("The river {v} runs through {n}.", "{n} lies on the river {v}."),
    ),
    "product": Phrases(
        statements=(
            "{s} is known for its {v}.",
            "{s} is famous for {v}.",
            "The people of {n} make {v}.",
            "The best {v} are said to come from {n}.",
            "Merchants come to {n} to buy {v}.",
        ),
        questions=(
            "What is {n} known for?",
            "What is the town of {n} famous for?",
            "What do the people of {n} make?",
            "What do merchants buy in {n}?",
            "The people of {n} make what?",
            "I would like to know what {n} is known for.",
            "Name what {n} is famous for.",
        ),
        heldout_questions=("Tell me what {n} is known for.", "{n} is famous for what?"),
        answers=("{n} is known for its {v}.", "{n} is famous for {v}."),
    ),
}
SCHOOL: dict[str, Phrases] = {
    "town": Phrases(
        statements=(
            "{s} is a school in {v}.",
            "{s} stands in the town of {v}.",
            "{n} can be found in {v}.",
            "The town of {v} is the home of {n}.",
            "The old building of {n} is in {v}.",
        ),
        questions=(
            "Where is {n}?",
            "In which town is {n}?",
            "Which town is the home of {n}?",
            "Where can {n} be found?",
            "{n} stands in which town?",
            "I would like to know where {n} is.",
            "Name the town of {n}.",
        ),
        heldout_questions=("Tell me where {n} is.", "{n} is in which town?"),
        answers=("{n} is in {v}.", "{n} stands in {v}."),
    ),
}
RIVER: dict[str, Phrases] = {
    "source": Phrases(
        statements=(
            "{s} rises on {v}.",
            "{s} has its source on {v}.",
            "The source of {n} is on {v}.",
            "From {v} the water runs down as {n}.",
            "{s} begins as a spring on {v}.",
        ),
        questions=(
            "Where does {n} rise?",
            "Where is the source of {n}?",
            "On which mountain does {n} begin?",
            "What is the source of {n}?",
            "{n} begins on which mountain?",
            "I would like to know where {n} rises.",
            "Name the source of {n}.",
        ),
        heldout_questions=("Tell me where {n} rises.", "{n} rises on which mountain?"),
        answers=("{n} rises on {v}.", "The source of {n} is on {v}."),
    ),
}
INVENTION: dict[str, Phrases] = {
    "inventor": Phrases(
        statements=(
            "{s} was invented by {v}.",
            "The inventor of {n} is {v}.",
            "{v} invented {n}.",
            "It was {v} who invented {n}.",
            "{s} is an invention of {v}.",
        ),
        questions=(
            "Who invented {n}?",
            "Who is the inventor of {n}?",
            "By whom was {n} invented?",
            "Whose invention is {n}?",
            "{n} is whose invention?",
            "I would like to know who invented {n}.",
            "Name the inventor of {n}.",
        ),
        heldout_questions=("Tell me who invented {n}.", "{n} was invented by whom?"),
        answers=("{n} was invented by {v}.", "The inventor of {n} is {v}."),
    ),
}
BOOK: dict[str, Phrases] = {
    "author": Phrases(
        statements=(
            "{s} was written by {v}.",
            "The author of {n} is {v}.",
            "{v} wrote {n}.",
            "It was {v} who wrote {n}.",
            "{s} is a book by {v}.",
        ),
        questions=(
            "Who wrote {n}?",
            "Who is the author of {n}?",
            "By whom was {n} written?",
            "Whose book is {n}?",
            "{n} is whose book?",
            "I would like to know who wrote {n}.",
            "Name the author of {n}.",
        ),
        heldout_questions=("Tell me who wrote {n}.", "{n} was written by whom?"),
        answers=("{n} was written by {v}.", "The author of {n} is {v}."),
    ),
    "subject": Phrases(
        statements=(
            "{s} is a story about {v}.",
            "{s} tells of {v}.",
            "The book {n} is about {v}.",
            "The subject of {n} is {v}.",
            "In {n} one can read about {v}.",
        ),
        questions=(
            "What is {n} about?",
            "What is the subject of {n}?",
            "What does {n} tell of?",
            "What can one read about in {n}?",
            "{n} tells of what?",
            "I would like to know what {n} is about.",
            "Name the subject of {n}.",
        ),
        heldout_questions=("Tell me what {n} is about.", "{n} is about what?"),
        answers=("{n} is about {v}.", "{n} tells of {v}."),
    ),
}

PHRASES: dict[str, dict[str, Phrases]] = {
    "person": PERSON,
    "town": TOWN,
    "school": SCHOOL,
    "river": RIVER,
    "invention": INVENTION,
    "book": BOOK,
}


def with_article(value: str) -> str:
    """``clockmaker`` -> ``a clockmaker``; values that need none are left to the templates."""
    return f"{'an' if value[0] in 'aeiou' else 'a'} {value}"


def capitalised(sentence: str) -> str:
    """Upper-case the first letter (names such as "the river Marn" can begin a sentence)."""
    return sentence[:1].upper() + sentence[1:]


def fill(template: str, *, name: str, value: str, possessive: str, subject: str = "") -> str:
    """Put a fact into one wording; ``subject`` defaults to the name."""
    return capitalised(
        template.format(s=subject or name, n=name, v=value, a_v=with_article(value), p=possessive)
    )
