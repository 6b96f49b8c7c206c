"""Colours and signs of tokens: neighbours differ, in any theme, and without any colour too."""

from __future__ import annotations

HUES = ("#3d7fc4", "#b8742a", "#4d9a5a", "#a3569b", "#8a8f2a", "#2f9c9c")
"""Of the ground of a token, in turns. They say where one ends and the next begins, nothing else."""
GROUND = "38%"
"""How much of a hue is seen: letters keep a contrast of 7 on it in every theme that is no ansi."""
COLOURED = tuple(f"auto 95% on {hue} {GROUND}" for hue in HUES)
FLAT = ("", "underline")
"""Where there is no colour: every other token is underlined."""
PERIOD = len(HUES) * len(FLAT)
"""Tokens so far apart look alike."""
CURSOR = "bold reverse"
HOVERED = "underline bold"
SELECTED = "bold underline $background on $primary"
SELECTED_FLAT = "reverse"
SPECIAL = "bold italic"
COUNTED, UNCOUNTED, UNKNOWN = ("▔", "$text-success"), (" ", ""), ("?", "$quiet")
"""The sign under a token that the loss counts, that it does not, and of which nobody can tell."""
BEST = "✓ fewest"


def token_style(number: int, *, flat: bool) -> str:
    """How the token of that number looks."""
    styles = FLAT if flat else COLOURED
    return styles[number % len(styles)]
