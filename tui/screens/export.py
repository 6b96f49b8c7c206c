"""Where something goes as a file: its name, whose ending is the form, and what is in the way."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from engine.errors import LabError
from tui.background import in_background
from tui.clipboard import Piece, copy
from tui.export import files
from tui.export.forms import FORMS, Form
from tui.export.made import Made, Making
from tui.format import grouped
from tui.safe_text import one_line, visible
from tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import App

    from tui.panes.pane import Contents, LabPane

Make = Callable[[Making], Iterable[str]]
"""Makes a text piece by piece, in a thread. May raise LabError."""
_TELL_EVERY_S = 0.2
_NAMES = {".md": "Markdown", ".jsonl": "JSONL", ".csv": "CSV", ".svg": "SVG", ".txt": "text"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What is to be written.

    Args:
        title: what it is, in a few words.
        name: how its file is called, but for the time and the ending.
        forms: by the endings of files; the first is suggested.
        picture: takes the screen, on the event loop, and gives what makes an SVG of it, in a
            thread; None where that makes no sense.
    """

    title: str
    name: str
    forms: Mapping[str, Make] = field(default_factory=dict)
    picture: Callable[[], Callable[[], str]] | None = None

    @property
    def endings(self) -> tuple[str, ...]:
        """What its file may end in."""
        return (*self.forms, *([".svg"] if self.picture else []))


class ExportDialog(Dialog[str]):
    """Gives the sentence that says where it went."""

    def __init__(self, export: Export) -> None:
        super().__init__(classes="form")
        self.export = export
        self._making: Making | None = None
        """What is being written."""
        self._asked_of = ""
        """The name whose file would be replaced; writing again to it means yes."""

    def compose(self) -> ComposeResult:
        """The file's name, its forms, three buttons."""
        web = self.app.is_web
        name = files.suggested(self.export.name, self.export.endings[0])
        with Vertical(classes="dialog") as box:
            box.border_title = Content(f"export · {one_line(self.export.title)}")
            with Horizontal(classes="field"):
                yield Label("file", classes="name")
                yield Input(PurePath(name).name if web else name, id="path", compact=True)
            with Horizontal(classes="field forms"):
                yield Label("form", classes="name")
                for ending in self.export.endings:
                    yield Button(_NAMES[ending], name=ending, compact=True)
            yield Static(
                Content("The ending of the name is the form; SVG is a picture of the screen."),
                classes="hint",
            )
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                if not web:
                    yield Button("Copy", id="copy", compact=True)
                label = "Download" if web else "Write"
                yield Button(label, id="write", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The whole name can be typed anew at once."""
        self.query_one(Input).focus()
        self.set_interval(_TELL_EVERY_S, self._tell)

    @on(Input.Changed)
    def changed(self) -> None:
        """Another name is another file."""
        self._say("")

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter writes."""
        self._begin(self._write)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """By mouse, or enter on a button."""
        button = event.button
        if button.name is not None:
            path = self.query_one(Input)
            path.value = str(PurePath(path.value or "export").with_suffix(button.name))
        elif button.id == "write":
            self._begin(self._write)
        elif button.id == "copy":
            self._begin(self._copy)
        else:
            self.dismiss(None)

    def _begin(self, how: Callable[[str, Path, Iterable[str]], Awaitable[None]]) -> None:
        """Do something with the text in the form that is wanted; closing the dialog ends it."""
        if self._making is not None:
            return
        typed = self.query_one(Input).value
        making = self._making = Making()

        async def work() -> None:
            try:
                path = files.target(typed, self.export.endings)
                await how(typed, path, self._pieces(path.suffix.lower(), making))
            except LabError as error:
                self._say(str(error))
            finally:
                making.wanted = False
                self._making = None

        in_background(self, work, "export", only=True)

    def _pieces(self, ending: str, making: Making) -> Iterable[str]:
        if ending == ".svg" and self.export.picture is not None:
            drawn = self.export.picture()
            return Made(lambda: (drawn(),))
        return self.export.forms[ending](making)

    async def _write(self, typed: str, path: Path, pieces: Iterable[str]) -> None:
        if self.app.is_web:
            text = await asyncio.to_thread("".join, pieces)
            self.app.deliver_text(io.StringIO(text), save_filename=path.name)
            self.dismiss(f"The browser gets {path.name}.")
            return
        replace = self._asked_of == typed
        if not replace and await asyncio.to_thread(files.stands, path):
            self._say(f"{path} is there already. Write again to replace it, or change the name.")
            self._asked_of = typed
            self.query_one("#write", Button).label = "Replace"
            return
        await asyncio.to_thread(files.write, path, pieces, replace=replace)
        self.dismiss(f"Written to {path}.")

    async def _copy(self, typed: str, path: Path, pieces: Iterable[str]) -> None:
        copy(self.app, Piece(self.export.title, await asyncio.to_thread("".join, pieces)))
        self.dismiss(None)

    def _tell(self) -> None:
        """How far it is: a long table takes seconds."""
        if self._making is not None and self._making.done:
            words = f"writing … {grouped(self._making.done)} parts so far; esc leaves it"
            self.query_one("#mistake", Static).update(Content(words))

    def _say(self, words: str) -> None:
        self._asked_of = ""
        if not self.app.is_web:
            self.query_one("#write", Button).label = "Write"
        words = f"✗ {visible(words)}" if words else ""
        self.query_one("#mistake", Static).update(Content(words))


def ask_where(app: App[Any], export: Export) -> None:
    """Open the dialog, and say what came of it."""

    def exported(sentence: str | None) -> None:
        if sentence:
            app.notify(visible(sentence), markup=False)

    app.push_screen(ExportDialog(export), exported)


def export_pane(pane: LabPane) -> None:
    """Ask where what a pane shows goes; the picture is there in any case."""
    from tui.export.picture import picture

    contents, screen = pane.contents(), pane.screen
    title = contents.title if contents is not None else pane.id or "pane"
    ask_where(
        pane.app,
        Export(
            title=title,
            name=pane.id or "pane",
            forms=_forms(contents) if contents is not None else {},
            picture=lambda: picture(screen, f"llmlab · {title}"),
        ),
    )


def offer_text(app: App[Any], title: str, text: str) -> None:
    """Ask where a text goes that is too long to be copied."""
    ask_where(app, Export(title=title, name="copied", forms={".txt": lambda making: (text,)}))


def _forms(contents: Contents) -> dict[str, Make]:
    forms = FORMS if contents.rows else {".md": FORMS[".md"]}
    return {ending: partial(_made, make, contents) for ending, make in forms.items()}


def _made(form: Form, contents: Contents, making: Making) -> Iterable[str]:
    return form(making.watched(contents))
