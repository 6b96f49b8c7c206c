"""The course: all its steps, the text of the chosen one, and the way into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from tui.course.words import with_keys
from tui.notes import NOT_KEPT
from tui.safe_text import visible
from tui.screens.dialog import Dialog, key_words

if TYPE_CHECKING:
    from tui.course.guide import Guide
    from tui.course.steps import Step

_SIGNS = {
    "done": ("✓", "$text-success"),
    "on": ("●", "$text-accent"),
    "open": ("○", "$quiet"),
}


class CourseScreen(Dialog[str]):
    """Gives the id of the step to begin, or ``LEAVE``.

    Args:
        guide: where somebody is.
        key_of: says a binding's key.
        is_kept: whether the next start will know all that is done.
    """

    LEAVE = "-"
    HELP = """
# The course

A step sets the panes up, asks for one thing, and looks at what comes of it. **✓** done, **●** the
one that is on, **○** not yet. Every step can be begun at any time, and again.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the list's own enter, which a click on it means as well: that only chooses.
        Binding("enter", "begin", "begin", priority=True, id="course.begin"),
        Binding("x", "leave", "leave the course", id="course.leave"),
    ]

    def __init__(self, guide: Guide, key_of: Callable[[str], str], *, is_kept: bool) -> None:
        super().__init__()
        self._guide, self._key_of, self._is_kept = guide, key_of, is_kept
        self._steps = guide.course.steps
        self._list = OptionList(*map(self._line, self._steps), id="steps")
        self._text = Static(id="step-text")

    def compose(self) -> ComposeResult:
        """Steps to the left, the chosen one to the right."""
        with Vertical(classes="dialog") as box:
            done = f"course · {self._guide.n_done} of {len(self._steps)} done"
            box.border_title = Content(done if self._is_kept else done + NOT_KEPT)
            with Horizontal(id="both"):
                yield self._list
                with VerticalScroll():
                    yield self._text
            with Horizontal(classes="buttons"):
                leave = (("x leave", "leave"),) if self._guide.step is not None else ()
                keys = key_words(("⏎ begin", "begin"), *leave, ("esc close", "cancel"))
                yield Static(keys, id="keys")
                if leave:
                    yield Button("Leave", id="leave", compact=True)
                yield Button("Close", id="close", compact=True)
                yield Button("Begin", id="begin", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Where to go on."""
        self._list.highlighted = self._steps.index(self._guide.proposed)
        self._list.focus()

    def on_resize(self) -> None:
        """Lines are as wide as there is room; before that nothing can be laid out."""
        self.call_after_refresh(self._show)

    def _line(self, step: Step) -> Option:
        sign, style = _SIGNS[self._guide.state(step)]
        number = f"{self._guide.course.place(step):>2}"
        return Option(Content.assemble((sign, style), f" {number} {visible(step.title)}"))

    @property
    def _chosen(self) -> Step:
        return self._steps[self._list.highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        """The text of the chosen step."""
        step, guide = self._chosen, self._guide
        parts = [
            Content.styled(visible(step.title), "bold"),
            Content.styled(visible(step.part), "$quiet"),
            Content(visible(step.text)),
            Content(""),
            Content.styled(f"→ {self._with_keys(step.action)}", "bold"),
        ]
        if guide.state(step) == "on" and step.hint:
            parts += [Content(""), Content.styled(self._with_keys(step.hint), "italic $quiet")]
        if step.id in guide.said:
            said = Content(visible(guide.said[step.id]))
            parts += [Content(""), Content.styled("✓ ", "$text-success") + said]
        self._text.update(Content("\n").join(parts))
        scroll = self._text.parent
        if isinstance(scroll, VerticalScroll):
            scroll.scroll_home(animate=False)

    def _with_keys(self, text: str) -> str:
        return visible(with_keys(text, self._key_of))

    def action_begin(self) -> None:
        """Begin the chosen step; enter on another button is that button."""
        if isinstance(self.focused, Button):
            self.focused.press()
        else:
            self.dismiss(self._chosen.id)

    def action_leave(self) -> None:
        """Close the strip; what was done stays done."""
        self.dismiss(self.LEAVE)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to leave where nothing was begun."""
        return action != "leave" or self._guide.step is not None

    @on(Button.Pressed, "#begin")
    def pressed_begin(self) -> None:
        """By mouse."""
        self.dismiss(self._chosen.id)

    @on(Button.Pressed, "#leave")
    def pressed_leave(self) -> None:
        """By mouse."""
        self.action_leave()

    @on(Button.Pressed, "#close")
    def pressed_close(self) -> None:
        """By mouse."""
        self.action_cancel()
