"""What stands around the articles of every site: menus, adverts, banners, comments, footers.

None of it is worth training on; all of it is what an extraction must leave behind.
"""

from __future__ import annotations

import random

from engine.data.crawl import html
from engine.data.lexicon import COMMON_WORDS, FRIENDS

MENUS: tuple[tuple[str, ...], ...] = (
    ("Home", "News", "Weather", "Sport", "Shop", "Contact"),
    ("Start", "Archive", "Index", "Random page", "Help", "Sign in"),
    ("About us", "Classes", "Library", "Calendar", "Staff", "Gallery"),
    ("Front page", "Letters", "Photographs", "Advertise", "Subscribe", "My account"),
)
ADVERTS = (
    "Advertisement: new kettles at half the price, this week only!",
    "Sponsored: is your roof ready for winter? Ask our experts.",
    "Advertisement: fresh bread every morning, order before eight.",
    "Sale! Boots, gloves and hats. Click here for all offers.",
    "Sponsored: learn the violin in ten days. Free first lesson.",
)
BANNERS = (
    "We use cookies to make this site better. Accept all | Settings | Reject",
    "This website uses cookies. By staying here you accept our cookie policy.",
    "Your privacy matters to us. Choose which cookies we may keep. Agree | Decline",
)
FOOTERS = (
    "© 2024 All rights reserved. Imprint · Privacy policy · Terms of use",
    "Powered by PocketPress · Back to top · Site map · RSS",
    "Follow us · Newsletter · Press · Jobs · Terms of use",
)
REMARKS = (
    "First!",
    "Thanks for sharing, I liked the part at the end.",
    "I do not agree with a word of this.",
    "Can somebody tell me where to buy {word} like that?",
    "My neighbour told me about the {word} too.",
    "Great post! Visit my page about {word}s.",
    "Why is there no picture of the {word}?",
    "+1",
    "lol, typical {word} people",
)
STYLE = (
    "body{font-family:serif;margin:0}#menu li{display:inline;padding:4px}"
    ".ad{background:#ffd;border:1px solid #cc9}@media(max-width:600px){.side{display:none}}"
)
SCRIPT = (
    "(function(){var q=window.q||[];q.push(['view',document.location.href]);"
    "function show(id){var e=document.getElementById(id);if(e){e.style.display='block';}}"
    "window.onload=function(){show('cookies');};})();"
)


def comments(rng: random.Random, most: int) -> list[tuple[str, str]]:
    """Who said what below an article: up to ``most`` remarks."""
    return [
        (rng.choice(FRIENDS).lower() + str(rng.randint(1, 999)),
         rng.choice(REMARKS).format(word=rng.choice(COMMON_WORDS)))
        for _ in range(rng.randint(0, most))
    ]  # fmt: skip


def teasers(rng: random.Random, count: int) -> str:
    """Links to other pages, as list items."""
    return html.links(
        tuple(
            f"{rng.choice(('More on', 'Ten facts about', 'The truth about', 'All about'))} "
            f"{rng.choice(COMMON_WORDS)}s"
            for _ in range(count)
        )
    )
