"""How a column gets its model: the list, and the two doors through which more models come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from engine.errors import LabError
from tui.background import in_background
from tui.models import Model
from tui.safe_text import visible

if TYPE_CHECKING:
    from textual.app import App

    from tui.importing import ImportJob
    from tui.screens.picker import Offer, Pick
    from tui.servers import ServerState
    from tui.services import Servers


class Lab(Protocol):
    """What choosing needs of the app."""

    @property
    def servers(self) -> Servers:
        """Other servers."""
        ...

    @property
    def import_job(self) -> ImportJob | None:
        """The import under way, or the last one."""
        ...

    def start_import(self, origin: str, name: str) -> ImportJob:
        """Begin an import; there is one at a time."""
        ...


class Chooser:
    """Opens the dialogs one after the other.

    Args:
        app: who shows them.
        lab: who knows servers and imports.
        here: the checkpoints there are now.
        current: the current column's model, and a heading that names the column.
        chosen: called with the model that was chosen.
    """

    def __init__(
        self,
        app: App[None],
        lab: Lab,
        here: Callable[[], Sequence[Model]],
        current: Callable[[], tuple[Model | None, str]],
        chosen: Callable[[Model], None],
    ) -> None:
        self._app, self._lab = app, lab
        self._here, self._current, self._chosen = here, current, chosen

    def open(self, at: str = "", *, filtered: str = "") -> None:
        """Show the list, beginning at the model ``at``; servers are asked anew what they have."""
        from tui.screens.picker import ModelPicker

        model, heading = self._current()
        in_background(self._app, self._refresh, "servers", only=True)
        at = at or (model.name if model else "")
        picker = ModelPicker(self.offer, at, heading, filtered=filtered, turned=model)
        self._app.push_screen(picker, self._picked)

    def connect(self) -> None:
        """Show the form for a server."""
        from tui.screens.connect_form import ConnectForm

        def connected(state: ServerState | None) -> None:
            if state is not None:
                self.open(filtered=f"{state.server.name}: ")

        self._app.push_screen(ConnectForm(self._lab.servers), connected)

    def import_model(self) -> None:
        """Show the form for an import."""
        from tui.screens.import_form import ImportForm

        job = self._lab.import_job
        if job is not None and job.state in ("done", "cancelled"):
            job = None

        def imported(name: str | None) -> None:
            if name is not None:
                self.open(at=name)

        self._app.push_screen(ImportForm(self._lab.start_import, job), imported)

    def offer(self) -> Offer:
        """Everything that a column could ask now."""
        from tui.screens.picker import Offer

        states = self._lab.servers.states
        remote = [
            Model.of_server(state.server.name, state.server.url, model)
            for state in states
            for model in state.models
        ]
        return Offer([*self._here(), *remote], states)

    def named(self, name: str) -> Model | None:
        """A model that could be asked now, by the name that stands on a column."""
        for model in self.offer().models:
            for turned in (model, *(model.turned(by) for by in range(1, 5))):
                if turned.name == name:
                    return turned
        return None

    async def _refresh(self) -> None:
        try:
            await self._lab.servers.refresh()
        except LabError as error:
            self._app.notify(visible(str(error)), severity="warning", markup=False)

    def _picked(self, pick: Pick | None) -> None:
        if isinstance(pick, Model):
            self._chosen(pick)
        elif pick == "connect":
            self.connect()
        elif pick == "import":
            self.import_model()
