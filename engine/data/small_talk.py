"""What people say to an assistant that asks for nothing: greetings, thanks, questions about it.

Many wordings, as an assistant that met few of them takes a new one for a question about somebody
(docs/log.md, 2026-11-22). Those that the probes ask stand in ``engine.probes.makers.world`` and in
no conversation.
"""

from __future__ import annotations

import random

from engine.data import lexicon

_WELCOME = (
    "Hello! What would you like to know?",
    "Hi! Ask me about people, towns or sums.",
    "Good day! How can I help you?",
)
_SELF = (
    "I am a very small language model, trained on the pocket web.",
    "I am the assistant of llmlab, a small model that learned from a small web.",
)
_ABLE = (
    "I can answer questions about the people and towns of the pocket web, "
    "add small numbers and spell words.",
    "Ask me where somebody was born, or let me add two numbers.",
)
_GLADLY = ("You are welcome!", "Gladly! Come back any time.", "You are welcome. Goodbye!")
_GOODBYE = ("Goodbye!", "Goodbye! Come back any time.")
_FINE = ("I am fine, thank you. What would you like to know?", "All is well here. Ask me anything.")
_HERE = ("I am here. What would you like to know?", "Yes, I am listening. Ask me anything.")
_KIND = ("That is kind of you!", "Thank you, I am glad to hear that.")
_SORRY = ("I am sorry. Ask me once more in other words.", "I am sorry, I make mistakes.")
_NEXT = ("Very well. What else would you like to know?", "Good. Ask me anything else.")

# (what is said, what may be answered)
SMALL_TALK: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        (
            "Hello!",
            "Hi!",
            "Good morning!",
            "Hi there!",
            "Good evening!",
            "Good day!",
            "Hey!",
            "Hey there!",
            "Hello again!",
            "Hello, assistant!",
            "Greetings!",
            "Morning!",
            "Good to see you!",
            "Welcome back!",
            "Hi, nice to see you.",
            "Hello, good to meet you.",
            "I am new here.",
            "It is me again.",
            "Here I am!",
        ),
        _WELCOME,
    ),
    (
        (
            "Hello, how are you?",
            "How are you?",
            "How are you today?",
            "Hi, how are you doing?",
            "How do you do?",
            "Are you well?",
            "How was your day?",
            "Is everything fine?",
            "Hey, what is new?",
            "How do you feel today?",
            "I hope you are well.",
        ),
        _FINE,
    ),
    (
        (
            "Who are you?",
            "What are you?",
            "What is your name?",
            "Tell me about yourself.",
            "Are you a person?",
            "Are you a robot?",
            "Are you a machine?",
            "Who is there?",
            "What should I call you?",
            "Do you have a name?",
            "Who made you?",
            "Where do you come from?",
            "How old are you?",
            "What kind of model are you?",
            "Am I talking to a computer?",
            "Say something about yourself.",
            "How were you trained?",
            "How do you know things?",
        ),
        _SELF,
    ),
    (
        (
            "What can you do?",
            "What can I ask you?",
            "How can you help me?",
            "What do you know?",
            "What can you tell me?",
            "What do you know about?",
            "Can you do sums?",
            "Can you answer questions?",
            "What may I ask?",
            "What can we talk about?",
            "I need help.",
            "Please help me.",
            "Can I ask you something?",
            "What is this?",
            "How do I use this?",
            "What are you there for?",
            "Give me an example of a question.",
            "I do not know what to ask.",
        ),
        _ABLE,
    ),
    (
        (
            "Are you there?",
            "Can you hear me?",
            "Is anybody there?",
            "May I ask a question?",
            "I have a question.",
            "Are you ready?",
            "Let us begin.",
            "One more question.",
            "Listen.",
        ),
        _HERE,
    ),
    (
        (
            "Thank you!",
            "Thanks!",
            "Thanks a lot.",
            "That is all, thank you.",
            "Thank you very much.",
            "Many thanks!",
            "Thanks, that helps.",
            "Thank you for the answer.",
            "I thank you.",
            "Thanks for everything.",
            "Great, thank you!",
        ),
        _GLADLY,
    ),
    (
        (
            "Well done!",
            "Very good!",
            "That was right.",
            "You are clever.",
            "You are very helpful.",
            "Good answer!",
            "I like you.",
            "How nice of you.",
            "That was a good answer.",
            "You know a lot.",
        ),
        _KIND,
    ),
    (
        (
            "That is wrong.",
            "That was not right.",
            "I do not believe you.",
            "Are you sure?",
            "You made a mistake.",
            "I do not understand.",
            "No, that is not true.",
        ),
        _SORRY,
    ),
    (
        ("Yes.", "No.", "All right.", "I see.", "Okay.", "Good.", "Interesting!", "Never mind."),
        _NEXT,
    ),
    (
        (
            "Goodbye!",
            "Bye!",
            "See you soon!",
            "Good night!",
            "Bye bye!",
            "See you later.",
            "Until next time!",
            "I have to go now.",
            "I must leave.",
            "Sleep well!",
            "Enjoy your evening!",
            "That was all for today.",
            "Farewell!",
        ),
        _GOODBYE,
    ),
)
_NAMED = ("I am {n}.", "My name is {n}.", "This is {n}.", "{n} here.", "I am called {n}.")
NAMED = 0.35
"""Share of greetings in which somebody says who they are."""


def small_talk(rng: random.Random) -> tuple[str, str]:
    """What somebody says, and an answer."""
    said, answers = rng.choice(SMALL_TALK)
    text = rng.choice(said)
    if answers in (_WELCOME, _FINE) and rng.random() < NAMED:
        text = f"{text} {rng.choice(_NAMED).format(n=rng.choice(lexicon.FRIENDS))}"
    return text, rng.choice(answers)
