"""Models of other servers as columns: real HTTP on the loopback, the rest scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from engine.remote.servers import Server, read_servers, remember, servers_file
from tests.engine.remote.fake_server import (
    STREAM_HEAD,
    Asked,
    FakeServer,
    Handler,
    event,
    reply,
    said,
    scored,
    serving,
    streams,
)
from tests.tui.conftest import ANSWER, Lab, screen_text, settled, until
from tui.app import LabApp
from tui.commands import available
from tui.panes.compare import ComparePane
from tui.screens.connect_form import ConnectForm
from tui.screens.picker import ModelPicker
from tui.widgets.inspector import Inspector

CHAT, RAW = "/v1/chat/completions", "/v1/completions"

GOOD = streams(
    said("Mira", logprobs={"content": [scored("Mira", -0.1, ("Tova", -2.5))]}),
    said(" Veklon", logprobs={"content": [scored(" Veklon", -0.2, (" Kasrin", -1.9))]}),
    said(" of Dunbury", logprobs={"content": [scored(" of Dunbury", -0.3, (" of", -1.4))]}),
    said("", finish="stop"),
)
PLAIN = streams(said("Dun"), said("bury."), said("", finish="stop"))


@pytest.fixture
async def box() -> AsyncIterator[FakeServer]:
    async with serving(FakeServer(models=("llama", "qwen"), handlers={CHAT: GOOD})) as server:
        remember(Server(name="box", url=server.url))
        yield server


@pytest.fixture(autouse=True)
def _home(lab: Lab) -> None:
    """The home of ``lab`` before servers are remembered in it."""


async def open_picker(app: LabApp, pilot: Pilot[None], *shown: str) -> ModelPicker:
    await pilot.press("escape", "c")
    await until(pilot, lambda: isinstance(app.screen, ModelPicker), "the list")
    for words in shown:
        await until(pilot, lambda: words in screen_text(app), words)  # noqa: B023
    assert isinstance(app.screen, ModelPicker)
    return app.screen


async def put(app: LabApp, pilot: Pilot[None], name: str) -> ComparePane:
    """Choose a server's model for the first column and wait for its answer."""
    await open_picker(app, pilot, name)
    await pilot.press(*name.replace(" ", "")[-4:], "enter")
    return await settled(app, pilot)


async def test_a_servers_model_answers_beside_the_labs_own(lab: Lab, box: FakeServer) -> None:
    async with lab.open() as (app, pilot):
        pane = await put(app, pilot, "box: llama")
        assert pane.column_names() == ["box: llama", "nano/sft"]
        await until(pilot, lambda: screen_text(app).count("✓ correct") == 2, "both judged")
        text = screen_text(app)
        assert "box: llama ▾ · chat" in text
        assert "Mira Veklon of Dunbury" in text
        assert "3 tok" in text
        (body,) = box.bodies()
        assert body["model"] == "llama"
        assert body["messages"] == [{"role": "user", "content": "Where was Mira Veklon born?"}]
        assert len(lab.engine.requests) == 2, "the engine was not asked for it"
        await pilot.press("/", "enter")
        await settled(app, pilot)
        assert len(box.bodies()) == 2
        assert len(lab.engine.requests) == 3


async def test_its_tokens_show_what_the_server_says_of_them(lab: Lab, box: FakeServer) -> None:
    async with lab.open() as (app, pilot):
        pane = await put(app, pilot, "box: llama")
        first = pane.columns.all[0]
        first.focus()
        first.select(None)
        await pilot.press("right", "right")
        words = app.query_one(Inspector).render().plain
        assert "“ Veklon”" in words
        assert "p 81.9 %" in words
        assert "rank 1" in words
        assert "▸ “ Veklon”" in words
        assert "“ Kasrin”" in words
        assert "entropy" not in words
        assert "id" not in words.split()
        assert "-2" not in words


async def test_another_token_cannot_be_put_there_and_that_is_said(
    lab: Lab, box: FakeServer
) -> None:
    async with lab.open() as (app, pilot):
        pane = await put(app, pilot, "box: llama")
        pane.columns.all[0].focus()
        pane.columns.all[0].select(None)
        await pilot.press("right", "right", "space", "down", "enter")
        await until(pilot, lambda: "takes text, not tokens" in screen_text(app), "the reason")
        assert len(box.bodies()) == 1


async def test_a_server_without_probabilities(lab: Lab, box: FakeServer) -> None:
    box.handlers[CHAT] = PLAIN
    async with lab.open() as (app, pilot):
        pane = await put(app, pilot, "box: llama")
        first = pane.columns.all[0]
        assert first.answer is not None
        assert [token.logprob for token in first.answer.rows[0].tokens] == [None, None]
        first.focus()
        first.select(None)
        await pilot.press("right")
        words = app.query_one(Inspector).render().plain
        assert "box gives no probabilities" in words
        assert "sampled" in words
        await pilot.press("space", "down", "enter", "escape")
        assert len(box.bodies()) == 1


async def test_raw_text_goes_on_from_the_prompt(lab: Lab, box: FakeServer) -> None:
    box.handlers[RAW] = streams(
        {"choices": [{"index": 0, "text": " She was", "finish_reason": "length"}]}
    )
    async with lab.open() as (app, pilot):
        await put(app, pilot, "box: llama")
        await pilot.press("ctrl+t", "/", "enter")
        pane = await settled(app, pilot)
        assert box.bodies()[-1]["prompt"] == "Where was Mira Veklon born?"
        first = pane.columns.all[0]
        await until(
            pilot, lambda: "Mira Veklon born? She was" in screen_text(app), "prompt and answer"
        )
        assert "box: llama ▾ · raw" in screen_text(app)
        first.focus()
        await pilot.press("right", "home")
        words = app.query_one(Inspector).render().plain
        assert "box does not say how its model cuts it into tokens" in words


async def hangs(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM_HEAD + event(said("So far")))
    while True:
        writer.write(b": still here\n\n")
        await writer.drain()
        await asyncio.sleep(0.005)


async def refuses(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(reply({"error": {"message": "[bold]no[/] \x1b[2J chat template"}}, 400))


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (refuses, "chat template"),
        (streams(said("So far"), done=False), "middle of the answer"),
        (streams("junk"), "no piece of an"),
    ],
)
async def test_a_server_that_fails_fails_alone(
    lab: Lab, box: FakeServer, handler: Handler, says: str
) -> None:
    box.handlers[CHAT] = handler
    async with lab.open() as (app, pilot):
        pane = await put(app, pilot, "box: llama")
        await pilot.press("/", "enter")
        await settled(app, pilot)
        sentence, advice = pane.columns.all[0].hint
        assert says in sentence.text
        assert sentence.text.startswith("✗ ")
        assert advice.text == "Press enter to ask again."
        assert "\x1b" not in screen_text(app)
        answers = [column.answer for column in pane.columns.all]
        assert [answer.state for answer in answers if answer] == ["failed", "done"]
        assert lab.engine.status.restarts == 0
        assert "".join(ANSWER) in screen_text(app)


async def test_stopping_closes_the_connection(lab: Lab, box: FakeServer) -> None:
    box.handlers[CHAT] = hangs
    async with lab.open() as (app, pilot):
        await open_picker(app, pilot, "box: llama")
        await pilot.press(*"llam", "enter")
        await until(pilot, lambda: "So far" in screen_text(app), "its beginning")
        await pilot.press("escape")
        await until(pilot, lambda: box.dropped == 1, "the server hears of it")
        assert "stopped" in screen_text(app)
        assert "So far" in screen_text(app)


async def test_a_server_that_is_down_says_so_in_the_list_and_in_its_column(lab: Lab) -> None:
    async with serving(FakeServer(models=("llama",), handlers={CHAT: GOOD})) as gone:
        remember(Server(name="gone", url=gone.url))
        async with lab.open() as (app, pilot):
            await put(app, pilot, "gone: llama")
            gone.handlers["/v1/models"] = refuses
            await open_picker(app, pilot, "✗ gone")
            await pilot.press("escape")
    async with lab.open() as (app, pilot):
        picker = await open_picker(app, pilot, "nobody listens there")
        options = picker.query_one(OptionList).options
        listed = "\n".join(str(option.prompt) for option in options)
        assert "gone: llama" not in listed
        assert "nano/sft" in listed
        await pilot.press(*["down"] * 9)
        assert picker.query_one(OptionList).highlighted is not None
        await pilot.press("enter")
        assert app.screen is not picker, "the last line, import, can be chosen"


async def test_a_server_is_connected_from_the_list(lab: Lab) -> None:
    fake = FakeServer(models=("llama", "[b]odd[/b]"), handlers={CHAT: GOOD})
    async with serving(fake) as box, lab.open() as (app, pilot):
        await open_picker(app, pilot, "Connect a server")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConnectForm), "the form")
        await pilot.press("enter")
        assert "The URL is empty" in screen_text(app)
        await pilot.press(*"box:80", "enter")
        await until(pilot, lambda: "not an http" in screen_text(app), "the mistake")
        url = app.screen.query_one("#url", Input)
        assert url.value == "box:80"
        app.screen.query_one("#key", Input).value = "sk-secret key"
        url.value = f"http://127.0.0.1:{box.port}"
        app.screen.query_one("#name", Input).value = "box"
        await pilot.press("enter")
        await until(pilot, lambda: "environment variable" in screen_text(app), "no name")
        assert screen_text(app).count("sk-secret") == 1, "only where it was typed"
        app.screen.query_one("#key", Input).value = ""
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ModelPicker), "its models")
        assert app.screen.query_one(Input).value == "box: "
        await until(pilot, lambda: "box: [b]odd[/b]" in screen_text(app), "names as they are")
        await pilot.press("enter")
        pane = await settled(app, pilot)
        assert pane.column_names()[0] == "box: llama"
        assert [server.name for server in read_servers()] == ["box"]


async def test_a_server_is_forgotten_from_the_palette(lab: Lab, box: FakeServer) -> None:
    async with lab.open() as (app, pilot):
        await put(app, pilot, "box: llama")
        commands = {command.name: command for command in available(app)}
        assert {"Connect a server ...", "Import a model ..."} <= set(commands)
        await commands["Forget the server box"].run()
        assert read_servers() == ()
        await pilot.press("/", "enter")
        await settled(app, pilot)
        assert "is not connected any more" in " ".join(screen_text(app).split())
        await open_picker(app, pilot, "Connect a server")
        assert "box: qwen" not in screen_text(app)


@pytest.mark.parametrize("content", ["{", '{"servers": [{"name": "[b]", "url": 3}]}'])
async def test_a_damaged_file_of_servers_costs_only_the_servers(lab: Lab, content: str) -> None:
    servers_file().parent.mkdir(parents=True, exist_ok=True)
    servers_file().write_text(content)
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: "is damaged" in screen_text(app), "said")
        await settled(app, pilot)
        assert "Mira Veklon comes from Dunbury." in screen_text(app)


NAMES = ["a\x1b[31mb\nc", "\u202e漢字" * 30, " ", "[red]x[/] [@click=app.quit]@int8"]


async def test_names_of_models_are_only_text(lab: Lab, box: FakeServer) -> None:
    box.models = NAMES
    async with lab.open((80, 24)) as (app, pilot):
        for number, name in enumerate(NAMES):
            await open_picker(app, pilot, "nano/sft")
            app.screen.query_one(Input).value = "box: "
            await pilot.pause(0.02)
            await pilot.press("pageup", *["down"] * number, "enter")
            pane = await settled(app, pilot)
            assert pane.column_names()[0] == f"box: {name}"
            await pilot.press("y")
            await pilot.pause()
            assert not any(ord(c) < 32 and c != "\n" for c in screen_text(app))
        assert [body["model"] for body in box.bodies()] == NAMES
        await pilot.press("ctrl+p", *"copy")
        await until(pilot, lambda: f"answer of box: {NAMES[-1]}" in screen_text(app), "palette")


async def test_a_name_steers_the_terminal_nowhere(lab: Lab, box: FakeServer) -> None:
    box.models = NAMES[:1]
    async with lab.open() as (app, pilot):
        await open_picker(app, pilot, "box: ")
        app.screen.query_one(Input).value = "box: "
        await pilot.pause(0.02)
        await pilot.press("enter")
        pane = await settled(app, pilot)
        pane.columns.all[0].focus()
        pane.columns.all[0].select(None)
        await pilot.press("right", "right")
        await until(pilot, lambda: "token 2" in app.query_one(Inspector).place, "its place")
        shown = [screen_text(app)]
        await pilot.press("o")
        await until(pilot, lambda: "only box: a" in screen_text(app), "the form")
        shown.append(screen_text(app))
        assert not any(ord(c) < 32 and c != "\n" for c in "".join(shown))
