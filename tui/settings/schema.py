"""Every setting there is. The screen, the file, the variables, the command and the docs follow.

A new setting is an entry here and a place that asks for it with ``settings.value``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.settings.setting import Setting, Table


def _themes() -> Sequence[str]:
    from tui.themes import theme_names

    return theme_names()


def _panes() -> Sequence[str]:
    from tui.widgets.top_bar import PANES

    return ("last", *PANES)


def _presets() -> Sequence[str]:
    from tui.screens.start_run import PRESETS

    return tuple(name for name, _ in PRESETS)


def _precisions() -> Sequence[str]:
    from engine.precision import PRECISIONS

    return ("by size", *PRECISIONS)


THEME = Setting(
    key="screen.theme",
    title="theme",
    default="lab-dark",
    kind="choice",
    choices=_themes,
    help="Colours of the whole lab. lab-contrast is for eyes that need more, lab-ansi takes the "
    "terminal's own 16 colours.",
)
ASCII = Setting(
    key="screen.ascii",
    title="ASCII only",
    default="auto",
    kind="choice",
    choices=lambda: ("auto", "on", "off"),
    help="Draw with plain letters where a terminal lacks the signs; auto: where the locale is not "
    "UTF-8.",
)
ANIMATIONS = Setting(
    key="screen.animations",
    title="animations",
    default=True,
    kind="switch",
    help="Whether scrolling glides; off is calmer, and less to send over a slow line.",
)
FRAMES_PER_S: Setting[int] = Setting(
    key="screen.frames_per_s",
    title="frames a second",
    default=18,
    kind="whole",
    low=2,
    high=30,
    live=False,
    help="How often streaming answers are drawn; fewer are less to send over a slow line.",
)
PANE = Setting(
    key="start.pane",
    title="pane",
    default="last",
    kind="choice",
    choices=_panes,
    live=False,
    help="Which pane is shown at the start; last is the one that was left.",
)
RESTORE = Setting(
    key="start.restore",
    title="where one left off",
    default=True,
    kind="switch",
    live=False,
    help="Whether prompts, models and views come back as they were left; what is set here holds "
    "over that.",
)
COLUMNS: Setting[tuple[str, ...]] = Setting(
    key="compare.columns",
    title="columns",
    default=(),
    kind="names",
    low=2,
    high=4,
    live=False,
    help="The checkpoints that columns begin with, such as nano/base, nano/idk; none: the shipped "
    "ones.",
)
CHAT_MODE = Setting(
    key="compare.chat",
    title="chat",
    default=True,
    kind="switch",
    help="Whether an assistant gets the prompt as a conversation, or as raw text to go on from.",
)
TEMPERATURE: Setting[float] = Setting(
    key="compare.temperature",
    title="temperature",
    default=0.8,
    kind="number",
    low=0.0,
    high=10.0,
    help="How much chance there is in a draw; 0 always takes the likeliest token.",
)
TOP_P: Setting[float] = Setting(
    key="compare.top_p",
    title="top-p",
    default=0.95,
    kind="number",
    low=0.0,
    high=1.0,
    help="Draw from the likeliest tokens that make up this share; 1 is all of them.",
)
SEED: Setting[int | None] = Setting(
    key="compare.seed",
    title="seed",
    default=7,
    kind="whole",
    low=0,
    high=2**53,
    word="random",
    help="Same seed, same prompt, same model: same answer.",
)
MAX_TOKENS: Setting[int] = Setting(
    key="compare.max_tokens",
    title="max tokens",
    default=96,
    kind="whole",
    low=1,
    high=100_000,
    help="Where an answer is cut.",
)
TOOLS = Setting(
    key="chat.tools",
    title="tools",
    default=True,
    kind="switch",
    help="Whether an assistant is offered the tools it has learned.",
)
MAX_CALLS: Setting[int] = Setting(
    key="chat.max_calls",
    title="calls in a turn",
    default=4,
    kind="whole",
    low=0,
    high=32,
    help="How many tool calls may run while one answer is written.",
)
CHAT_TEMPERATURE: Setting[float] = Setting(
    key="chat.temperature",
    title="temperature",
    default=0.3,
    kind="number",
    low=0.0,
    high=10.0,
    help="Of conversations; cooler than in Compare, since one wrong digit spoils a call.",
)
CHAT_MAX_TOKENS: Setting[int] = Setting(
    key="chat.max_tokens",
    title="max tokens",
    default=200,
    kind="whole",
    low=1,
    high=100_000,
    help="Where an answer of a conversation is cut, calls included.",
)


def _policy(tool: str, trust: str, default: str, words: str) -> Setting[str]:
    return Setting(
        key=f"policies.{tool} ({trust})",
        title=f"{tool} ({trust})",
        default=default,
        kind="choice",
        choices=lambda: ("ask", "always", "never"),
        help=f"Calls of the {words} wait for you (ask), run at once (always), or are not offered "
        "to the model (never).",
    )


POLICIES = (
    _policy("python", "jailed", "ask", "Python that runs in a jail"),
    _policy("calc", "pure", "always", "calculator"),
    _policy("search", "pure", "always", "search that stays on this machine"),
    _policy("search", "network", "ask", "search that asks other machines"),
)
PRESET = Setting(
    key="training.preset",
    title="preset",
    default="nano",
    kind="choice",
    choices=_presets,
    help="Which size a new training begins with in its dialog.",
)
THREADS: Setting[int | None] = Setting(
    key="engine.threads",
    title="threads",
    default=None,
    kind="whole",
    low=1,
    high=1024,
    word="auto",
    live=False,
    help="CPU threads that a step of a model is computed with; auto: by its size. For an engine "
    "that is started from now on.",
)
PRECISION = Setting(
    key="engine.precision",
    title="precision",
    default="by size",
    kind="choice",
    choices=_precisions,
    live=False,
    help="What models compute with where their name does not say, as in nano/sft@int8. For an "
    "engine that is started from now on.",
)
IDLE_MINUTES: Setting[float] = Setting(
    key="engine.idle_minutes",
    title="leaves after",
    default=15.0,
    kind="number",
    low=0.0,
    high=100_000.0,
    live=False,
    help="Minutes without a request after which the engine ends by itself; 0: never.",
)
OFFER_COURSE = Setting(
    key="course.offer",
    title="offer the course",
    default=True,
    kind="switch",
    live=False,
    help="Whether a first start offers the guided course in a line.",
)
COURSE = Setting(
    key="course.folder",
    title="folder",
    default="",
    kind="text",
    live=False,
    help="A course of your own, as docs/course.md says; empty: the lecture's.",
)
EXPORTS = Setting(
    key="export.folder",
    title="folder",
    default="~/llmlab-exports",
    kind="text",
    help="Where an export goes unless its dialog is told otherwise.",
)

SETTINGS: tuple[Setting[Any], ...] = (
    *(THEME, ASCII, ANIMATIONS, FRAMES_PER_S),
    *(PANE, RESTORE),
    *(COLUMNS, CHAT_MODE, TEMPERATURE, TOP_P, SEED, MAX_TOKENS),
    *(TOOLS, MAX_CALLS, CHAT_TEMPERATURE, CHAT_MAX_TOKENS),
    *POLICIES,
    PRESET,
    *(THREADS, PRECISION, IDLE_MINUTES),
    *(OFFER_COURSE, COURSE),
    EXPORTS,
)

TABLES = (
    Table(
        section="policies",
        choices=("ask", "always", "never"),
        help="Other tools stand here by name and trust.",
    ),
    Table(
        section="keys",
        door="keys",
        help="Other keys for a binding, by its id as in docs/keys.md; several with commas between.",
    ),
)

SECTIONS: Mapping[str, str] = {
    "screen": "Screen",
    "start": "At the start",
    "compare": "Compare",
    "chat": "Chat & Tools",
    "policies": "Who decides about tool calls",
    "training": "Training",
    "engine": "Engine",
    "course": "Course",
    "export": "Export",
    "keys": "Keys",
}
"""Sections by name, with their titles, in the order in which they are shown."""
