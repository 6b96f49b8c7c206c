from engine.data.dialogue import conversations
from engine.data.facts import questions
from engine.data.web import web_of
from engine.data.world import PICO_WORLD

WEB = web_of(PICO_WORLD)


def test_no_conversation_asks_about_heldout_or_development_entities() -> None:
    said = [e for dialogue in conversations(WEB, 3000, "t") for e in dialogue.exchanges]
    asked = {e.question for e in said}
    answered = " ".join(e.answer for e in said)
    for entity in WEB.world.entities():
        if entity.split == "heldout" or entity.development:
            for attribute in entity.values:
                assert not asked & set(questions(entity, attribute, "train"))
        for attribute in entity.values:
            assert not asked & set(questions(entity, attribute, "heldout"))
    unseen = [p.name for p in WEB.world.people if p.tier == "unseen"]
    assert not [name for name in unseen if name in answered]


def test_conversations_are_a_function_of_the_seed() -> None:
    assert conversations(WEB, 50, "a") == conversations(WEB, 50, "a")
    assert conversations(WEB, 50, "a") != conversations(WEB, 50, "b")
