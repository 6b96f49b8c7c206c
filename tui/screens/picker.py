"""Choose what a column asks: a checkpoint, in any precision, or a model of a connected server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from rich.cells import set_cell_size
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.format import fitted, scaled, squeezed
from tui.models import Model
from tui.safe_text import one_line
from tui.screens.dialog import Dialog, key_words
from tui.stages import hue

if TYPE_CHECKING:
    from tui.servers import ServerState

LOOK_EVERY_S = 0.3
_NAME_CELLS = 31
_WHERE_CELLS = 16


class Offer(NamedTuple):
    """What there is to choose from now."""

    models: Sequence[Model]
    servers: Sequence[ServerState]


Pick = Model | Literal["connect", "import"]
"""A model, or one of the two ways to get more of them."""

_DOORS: tuple[tuple[Literal["connect", "import"], str], ...] = (
    ("connect", "+ Connect a server …"),
    ("import", "+ Import a model …"),
)


@lru_cache(maxsize=8192)  # the list is made several times a second, and a server may have 2,000
def model_line(model: Model) -> Content:
    """Name, stage, size, whether it chats and where it is, in one aligned line."""
    size = scaled(model.n_params) if model.n_params else ""
    chats = "" if model.chats is None else "chat" if model.chats else "raw"
    return Content.assemble(
        (set_cell_size(squeezed(one_line(model.name), _NAME_CELLS), _NAME_CELLS + 1), "bold"),
        (set_cell_size(fitted(one_line(model.stage), 8), 9), hue(model.stage)),
        f"{size:>6}  ",
        (chats.ljust(5), "$quiet"),
        (fitted(one_line(model.where), _WHERE_CELLS), "$quiet"),
    )


class ModelPicker(Dialog[Pick]):
    """Type to filter, ← and → change the precision, enter chooses.

    Args:
        offer: what there is now; asked again and again, as servers answer in their own time.
        current: the name of the model to begin at, also if it comes a moment later.
        title: what it is chosen for.
        filtered: what stands in the filter at first.
        turned: a checkpoint that begins in the precision it has.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False, id="picker.up", priority=True),
        Binding("down", "move(1)", "down", show=False, id="picker.down", priority=True),
        Binding("pageup", "move(-10)", "up", show=False, id="picker.page-up", priority=True),
        Binding("pagedown", "move(10)", "down", show=False, id="picker.page-down", priority=True),
        Binding("left", "turn(-1)", "precision", id="picker.less", priority=True),
        Binding("right", "turn(1)", "precision", id="picker.more", priority=True),
    ]

    def __init__(
        self,
        offer: Callable[[], Offer],
        current: str,
        title: str,
        *,
        filtered: str = "",
        turned: Model | None = None,
    ) -> None:
        super().__init__()
        self._offer, self.heading, self._filtered = offer, title, filtered
        self._wanted: str | None = current
        self._shown: list[tuple[str, Content, Pick | None]] = []
        self._turned = {turned.base: turned} if turned and turned.precision else {}

    def compose(self) -> ComposeResult:
        """A filter, the list, and the keys."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.heading)
            yield Input(self._filtered, placeholder="type to filter", id="filter", compact=True)
            yield OptionList()
            yield Static("", id="keys")

    def on_mount(self) -> None:
        """Begin at the one in use."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._refill()
        self.set_interval(LOOK_EVERY_S, self._refill)

    def action_move(self, by: int) -> None:
        """Up or down in the list, past what cannot be chosen."""
        places = [place for place, (_, _, pick) in enumerate(self._shown) if pick is not None]
        self._wanted = None
        if places:
            now = self.query_one(OptionList).highlighted
            index = places.index(now) if now in places else 0
            self._highlight(places[max(0, min(len(places) - 1, index + by))])

    def action_turn(self, by: int) -> None:
        """Another precision of the checkpoint under the cursor."""
        pick = self._highlighted()
        if isinstance(pick, Model) and pick.server is None:
            self._turned[pick.base] = turned = pick.turned(by)
            self._wanted = turned.name
            self._refill()

    @on(Input.Changed)
    def filter_changed(self) -> None:
        """Fewer lines, or more."""
        self._refill()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter takes the highlighted line."""
        pick = self._highlighted()
        if pick is not None:
            self.dismiss(pick)

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """By mouse."""
        pick = self._shown[event.option_index][2]
        if pick is not None:
            self.dismiss(pick)

    @on(OptionList.OptionHighlighted)
    def highlighted(self) -> None:
        """Say which keys do something here."""
        self._say_keys()

    def on_resize(self, event: events.Resize) -> None:
        """Where the list must be short."""
        self.query_one(OptionList).styles.max_height = max(4, event.size.height - 10)

    def _highlighted(self) -> Pick | None:
        place = self.query_one(OptionList).highlighted
        return None if place is None else self._shown[place][2]

    def _refill(self) -> None:
        """Show what there is now; go to the line that is wanted, else stay at the same one."""
        lines = list(self._lines(self.query_one(Input).value.strip().lower()))
        options = self.query_one(OptionList)
        place = options.highlighted
        before = self._shown[place][0] if place is not None else None
        if lines == self._shown:
            return
        self._shown = lines
        options.clear_options()
        options.add_options(Option(words, disabled=pick is None) for _, words, pick in lines)
        keys = [key for key, _, pick in lines if pick is not None]
        if self._wanted in keys:
            before, self._wanted = self._wanted, None
        target = before if before in keys else keys[0]
        self._highlight(next(i for i, line in enumerate(lines) if line[0] == target))

    def _highlight(self, place: int) -> None:
        self.query_one(OptionList).highlighted = place
        self._say_keys()

    def _lines(self, wanted: str) -> Iterator[tuple[str, Content, Pick | None]]:
        """(key, words, what it gives) of each line; the doors stay whatever is typed."""
        offer = self._offer()
        here = [model for model in offer.models if model.server is None]
        if not here:
            words = "There are no checkpoints yet: train one in 1 Pipeline."
            yield "none", Content.styled(words, "$quiet"), None
        for model in (self._turned.get(model.base, model) for model in here):
            if wanted in model.name.lower():
                yield model.name, model_line(model), model
        for state in offer.servers:
            yield from self._of_server(state, offer.models, wanted)
        for door, label in _DOORS:
            yield door, Content.styled(label, "$primary"), door

    @staticmethod
    def _of_server(
        state: ServerState, models: Sequence[Model], wanted: str
    ) -> Iterator[tuple[str, Content, Pick | None]]:
        name = state.server.name
        if state.problem:
            yield name, Content.styled(f"✗ {one_line(state.problem)}", "$text-error"), None
        elif state.asking:
            yield name, Content.styled(f"◌ asking {name} ({state.server.url}) …", "$quiet"), None
        elif not state.models:
            yield name, Content.styled(f"○ {name} has no models loaded.", "$quiet"), None
        for model in models:
            if model.server == name and wanted in model.name.lower():
                yield model.name, model_line(model), model

    def _say_keys(self) -> None:
        pick = self._highlighted()
        local = isinstance(pick, Model) and pick.server is None
        words = key_words("⏎ choose", ("esc cancel", "cancel"))
        if local:
            less = key_words(("←", "turn(-1)"))
            more = key_words(("→ precision (fp32, bf16, int8, int4)", "turn(1)"))
            words = Content(" · ").join([words, Content(" ").join([less, more])])
        self.query_one("#keys", Static).update(words)
