"""What the Runs pane does to runs: notes, the trash, files of their curves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.runs.detail_text import note_title
from tui.runs.row import Row
from tui.runs.watch import RunsWatch
from tui.safe_text import one_line, visible
from tui.screens.confirm import Confirm


class RunsKeeper:
    """Opens the dialogs; what touches files happens in threads.

    Args:
        pane: who shows dialogs and mistakes.
        watch: what there is.
        after: called with the run that something was done to, None where that is gone.
    """

    def __init__(
        self, pane: Widget, watch: RunsWatch, after: Callable[[str | None], Awaitable[None]]
    ) -> None:
        self._pane, self._watch, self._after = pane, watch, after

    def note(self, row: Row) -> None:
        """Edit the note on a run."""
        from tui.screens.call_editor import CallEditor

        def written(text: str | None) -> None:
            if text is not None:
                self._do(lambda: _write_note(row, text), row.name)

        about = "Kept in the run's folder, so that it goes where the run goes. Empty takes it away."
        editor = CallEditor(note_title(row), about, row.note, "Keep it")
        self._pane.app.push_screen(editor, written)

    def delete(self, row: Row) -> None:
        """Move a run to the trash; one that others were trained from only after a yes."""

        async def work() -> None:
            others = await asyncio.to_thread(_children, row.name)
            if not others:
                self._delete(row)
                return
            named = ", ".join(map(one_line, others[:4])) + (" …" if len(others) > 4 else "")
            question = (
                f"{one_line(row.name)} is the parent of {named}. They keep what they have learned, "
                "but their lineage then ends here. Move it to the trash?"
            )
            self._pane.app.push_screen(Confirm(question, "Move it to the trash"), answered)

        def answered(yes: bool | None) -> None:
            if yes:
                self._delete(row)

        in_background(self._pane, work, "runs-keeping")

    def _delete(self, row: Row) -> None:
        words = f"{one_line(row.name)} is in the trash: u brings it back."
        self._do(lambda: _delete(row), None, words)

    def undo(self) -> None:
        """Bring back the run that was deleted last."""
        if not self._watch.deleted:
            self._pane.notify("The trash is empty: there is nothing to bring back.")
            return
        entry = self._watch.deleted[0]

        async def work() -> None:
            from engine.run_keeping import free_name, restore_run

            def restore() -> str:
                return restore_run(entry, name=free_name(entry.name))

            try:
                name = await asyncio.to_thread(restore)
            except LabError as error:
                self._say(error)
            else:
                words = f"{one_line(name)} is back."
                if name != entry.name:
                    words = f"It is back as {one_line(name)}: another is called {entry.name} now."
                self._pane.notify(words, markup=False)
                await self._after(name)

        in_background(self._pane, work, "runs-keeping")

    def empty(self) -> None:
        """Delete for good what is in the trash, after a yes."""
        from engine.trash import empty

        n = len(self._watch.deleted)
        if not n:
            self._pane.notify("The trash is empty.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(empty, None, "The trash is empty now.")

        what = f"{n} runs" if n > 1 else one_line(self._watch.deleted[0].name)
        question = f"Delete {what} for good? Nothing brings back what was in the trash."
        self._pane.app.push_screen(Confirm(question, "Delete for good"), answered)

    def export(self, rows: Sequence[Row]) -> None:
        """Write the curves of runs to files."""
        from tui.screens.runs_export import ExportRuns

        def written(sentence: str | None) -> None:
            if sentence is not None:
                self._pane.notify(visible(sentence), markup=False, timeout=10)

        self._pane.app.push_screen(ExportRuns(rows), written)

    def _do(self, what: Callable[[], object], name: str | None, words: str = "") -> None:
        async def work() -> None:
            try:
                await asyncio.to_thread(what)
            except LabError as error:
                self._say(error)
                return
            if words:
                self._pane.notify(words, markup=False)
            await self._after(name)

        in_background(self._pane, work, "runs-keeping")

    def _say(self, error: LabError) -> None:
        self._pane.notify(visible(str(error)), severity="error", timeout=10, markup=False)


def _write_note(row: Row, text: str) -> None:
    from engine.run_keeping import write_note

    write_note(row.path, text)


def _children(name: str) -> list[str]:
    from engine.run_keeping import children

    return children(name)


def _delete(row: Row) -> None:
    from engine.run_keeping import delete_run

    delete_run(row.name)
