"""Connect an OpenAI-compatible server: ask it what it has, and remember it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.background import in_background
from tui.safe_text import visible
from tui.screens.form import Form, Line
from tui.servers import ServerState

if TYPE_CHECKING:
    from tui.services import Servers


class ConnectForm(Form[ServerState]):
    """Gives the server once it has answered; a mistake is said and nothing is lost."""

    heading = "connect a server"
    doing = "Connect"

    def __init__(self, servers: Servers) -> None:
        super().__init__(
            (
                Line("url", "URL", "http://localhost:11434 · Ollama, vLLM, llama.cpp, OpenAI …"),
                Line("name", "name", "what to call it; empty takes the host's"),
                Line("key", "key from", "an environment variable's name; empty is no key"),
            )
        )
        self._servers = servers
        self._asking = False

    def finish(self) -> None:
        """Ask the server; the form stays open meanwhile."""
        if self._asking:
            return
        if not self.typed("url"):
            self.say(mistake="The URL is empty. Type one, such as http://localhost:11434.")
            return
        self._asking = True
        self.say(f"Asking {visible(self.typed('url'))} what it has …")
        in_background(self, self._connect, "connect", only=True)

    async def _connect(self) -> None:
        key_env = self.typed("key").removeprefix("$")
        try:
            state = await self._servers.connect(
                self.typed("url"), name=self.typed("name"), key_env=key_env
            )
        except LabError as error:
            self.say(mistake=visible(str(error)))
        else:
            self.dismiss(state)
        finally:
            self._asking = False
