"""The client against real engine processes (over a model without torch)."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from itertools import chain, groupby, pairwise, repeat
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import Engines, until

from engine import connection, endpoint, paths
from engine.client import EngineClient
from engine.errors import CheckpointError, EngineUnavailableError, LabError, RequestError
from engine.events import TokenEvent
from engine.launch import last_line, start_engine
from engine.protocol import EngineStatus, Finished, GenerateRequest, Started, StreamEvent
from engine.sampling_params import SamplingParams


def wish(
    model: str = "count", max_tokens: int = 5, n: int = 1, prompt: str = "hi"
) -> GenerateRequest:
    return GenerateRequest(
        model=model, prompt=prompt, params=SamplingParams(max_tokens=max_tokens), n=n
    )


async def text_of(client: EngineClient, request: GenerateRequest) -> str:
    events = [event async for event in client.generate(request)]
    return "".join(event.text for event in events if isinstance(event, TokenEvent))


async def test_a_stream_starts_tells_every_token_and_finishes(engines: Engines) -> None:
    client = engines.client()
    started, *rest = [event async for event in client.generate(wish(max_tokens=3, n=2))]
    assert started == Started(
        model="count", prompt_ids=(104, 105), prompt_tokens=("h", "i"), max_seq_len=4096
    )
    for row in (0, 1):
        tokens = [e for e in rest if isinstance(e, TokenEvent) and e.row == row]
        assert [token.text for token in tokens] == ["0 ", "1 ", "2 "]
        (end,) = [e for e in rest if isinstance(e, Finished) and e.row == row]
        assert (end.reason, end.n_tokens) == ("length", 3)
        assert 0 < end.ttft_s < 5
        assert end.tokens_per_s > 0


async def test_streams_run_side_by_side(engines: Engines) -> None:
    client = engines.client()
    alone = await text_of(client, wish("slow", 60))
    order: list[int] = []

    async def follow(stream: int) -> str:
        text = ""
        async for event in client.generate(wish("slow", 60)):
            if isinstance(event, TokenEvent):
                order.append(stream)
                text += event.text
        return text

    assert await asyncio.gather(*map(follow, range(8))) == [alone] * 8
    last_to_begin = max(order.index(stream) for stream in range(8))
    first_to_end = min(len(order) - order[::-1].index(stream) for stream in range(8))
    assert last_to_begin < first_to_end, "they came one after the other"


async def test_errors_arrive_as_they_were_raised(engines: Engines) -> None:
    client = engines.client()
    with pytest.raises(CheckpointError, match="There is no checkpoint 'nope'"):
        await text_of(client, wish("nope"))
    with pytest.raises(CheckpointError, match="cut short"):
        await text_of(client, wish("damaged"))
    with pytest.raises(RequestError, match="5000 tokens, over 4096"):
        await text_of(client, wish(prompt="x" * 5000))
    with pytest.raises(RequestError, match="2,000,000 characters"):
        await text_of(client, wish(prompt="x" * 2_000_000))
    with pytest.raises(LabError, match="a fault of its own") as caught:
        await text_of(client, wish("bug"))
    assert "ZeroDivisionError" not in str(caught.value)
    assert "ZeroDivisionError: a bug in a step" in endpoint.log_file().read_text()
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert client.status.restarts == 0


async def test_closing_the_iterator_frees_the_slot(engines: Engines) -> None:
    client = engines.client()
    stream = client.generate(wish("slow", 1000))
    async for event in stream:
        if isinstance(event, TokenEvent):
            break
    health = await client.health()
    assert health is not None
    assert health.active_requests == 1
    await stream.aclose()
    await until_idle(client)


async def test_cancelling_the_task_frees_the_slot(engines: Engines) -> None:
    client = engines.client()
    await client.ensure()
    task = asyncio.create_task(text_of(client, wish("slow", 1000)))
    await until_active(client)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until_idle(client)


async def test_killed_in_the_middle_of_a_stream(engines: Engines) -> None:
    seen: list[EngineStatus] = []
    client = engines.client(seen.append)
    stream = client.generate(wish("slow", 1000))
    async for event in stream:
        if isinstance(event, TokenEvent):
            break
    os.kill(engines.children[0].pid, signal.SIGKILL)
    killed = time.monotonic()
    with pytest.raises(EngineUnavailableError, match="stopped in the middle of an answer"):
        await drain(stream)
    assert time.monotonic() - killed < 2
    assert client.status.state == "lost"
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert client.status.restarts == 1
    assert all(a != b for a, b in pairwise(seen)), "a status was told twice"
    states = [state for state, _ in groupby(status.state for status in seen)]
    assert states == ["starting", "ready", "lost", "starting", "ready"]


async def test_asked_while_it_is_being_stopped_the_next_engine_answers(engines: Engines) -> None:
    client = engines.client()
    running = client.generate(wish("sluggish"))
    assert isinstance(await anext(running), Started)
    os.kill(engines.children[0].pid, signal.SIGTERM)
    await asyncio.sleep(0.5)
    assert engines.children[0].exit_code() is None, "it waits for the step it is in"
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert len(engines.running()) == 1
    with pytest.raises(EngineUnavailableError):
        await drain(running)


async def test_several_streams_lost_at_once_make_one_restart(engines: Engines) -> None:
    client = engines.client()
    streams = [client.generate(wish("slow", 1000)) for _ in range(4)]
    for stream in streams:
        assert isinstance(await anext(stream), Started)
    os.kill(engines.children[0].pid, signal.SIGKILL)
    tasks = [asyncio.create_task(drain(stream)) for stream in streams]
    lost = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(error, EngineUnavailableError) for error in lost)
    texts = await asyncio.gather(*(text_of(client, wish()) for _ in range(4)))
    assert texts == ["0 1 2 3 4 "] * 4
    assert client.status.restarts == 1
    assert len(engines.running()) == 1


async def test_killed_while_idle_is_noticed_and_the_next_request_just_works(
    engines: Engines,
) -> None:
    client = engines.client()
    await client.ensure()
    await kill(engines)
    assert await client.health() is None
    assert client.status.state == "lost"
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    await kill(engines)  # this time nobody notices before the next request
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert client.status == EngineStatus("ready", client.status.detail, 2)


async def test_an_engine_that_leaves_in_order_is_asleep_not_lost(engines: Engines) -> None:
    engines.options = ("--idle-exit", "0.1")
    client = engines.client()
    await client.ensure()
    await until(lambda: not engines.running())
    assert engines.children[0].exit_code() == 0
    assert endpoint.read_endpoint() is None
    assert not (paths.engine_folder() / "engine.sock").exists()
    assert await client.health() is None
    assert client.status.state == "down"
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert client.status.restarts == 0


async def test_an_open_stream_is_not_idle(engines: Engines) -> None:
    engines.options = ("--idle-exit", "0.1")
    client = engines.client()
    assert len((await text_of(client, wish("slow", 250))).split()) == 250


async def test_health_never_starts_an_engine(engines: Engines) -> None:
    client = engines.client()
    assert await client.health() is None
    assert client.status.state == "down"
    assert not engines.children


async def test_two_clients_at_once_get_one_engine(engines: Engines) -> None:
    clients = [engines.client() for _ in range(3)]
    healths = await asyncio.gather(*(client.ensure() for client in clients))
    assert len({health.pid for health in healths}) == 1
    assert len(engines.children) >= 2, "they did not race"
    await until(lambda: len(engines.running()) == 1)


async def test_what_a_killed_engine_left_behind_is_replaced(engines: Engines) -> None:
    await engines.client().ensure()
    socket = paths.engine_folder() / "engine.sock"
    await kill(engines)
    assert stat.S_ISSOCK(socket.stat().st_mode)
    assert endpoint.read_endpoint() is not None
    health = await engines.client().ensure()
    assert health.pid == engines.children[1].pid


async def test_only_the_owner_may_enter(engines: Engines, lab_home: Path) -> None:
    folder = paths.engine_folder()
    folder.mkdir(mode=0o755)
    await engines.client().ensure()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "engine.sock").stat().st_mode) == 0o600
    assert stat.S_IMODE(endpoint.log_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(endpoint.endpoint_file().stat().st_mode) == 0o600


async def test_a_home_too_long_for_a_socket(
    engines: Engines, lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", str(lab_home / ("long-" * 30)))
    client = engines.client()
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    found = endpoint.read_endpoint()
    assert found is not None
    folder = Path(found.socket).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    await kill(engines)
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert not folder.exists(), "the killed engine's folder was left behind"
    await engines.stop()
    second = endpoint.read_endpoint()
    assert second is None


async def test_an_engine_whose_folder_was_deleted_leaves(engines: Engines) -> None:
    client = engines.client()
    await client.ensure()
    endpoint.endpoint_file().unlink()
    await until(lambda: not engines.running())
    assert await text_of(client, wish()) == "0 1 2 3 4 "


async def test_a_start_that_fails_says_what_the_log_says(engines: Engines) -> None:
    engines.options = ("--broken",)
    client = engines.client()
    with pytest.raises(EngineUnavailableError, match="No module named 'torch'") as caught:
        await client.ensure()
    assert str(endpoint.log_file()) in str(caught.value)
    assert client.status.state == "down"
    engines.options = ()
    assert await text_of(client, wish()) == "0 1 2 3 4 "


async def test_an_engine_of_a_newer_version_is_not_talked_to(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engines.client().ensure()
    monkeypatch.setattr(connection, "__version__", "0.0.9")
    pid = engines.children[0].pid
    with pytest.raises(EngineUnavailableError, match=f"end its engine with `kill {pid}`"):
        await engines.client().ensure()
    assert len(engines.running()) == 1


async def test_an_engine_of_an_older_version_is_replaced(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await engines.client().ensure()
    monkeypatch.setattr(connection, "__version__", "99.0")
    monkeypatch.setenv("FAKE_VERSION", "99.0")
    seen: list[EngineStatus] = []
    client = engines.client(seen.append)
    new = await client.ensure()
    assert (new.pid != old.pid, new.version) == (True, "99.0")
    assert any("of an older llmlab" in status.detail for status in seen)
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    await until(lambda: len(engines.running()) == 1)


async def test_a_restart_ends_an_engine_that_hangs(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ending.GRACE_S", 0.2)
    monkeypatch.setattr("engine.client.HEALTH_TIMEOUT_S", 0.2)
    client = engines.client()
    hung = await client.ensure()
    os.kill(hung.pid, signal.SIGSTOP)
    assert await client.health() is None
    assert "does not answer" in client.status.detail
    assert (await client.restart()).pid != hung.pid
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert client.status.restarts == 1


async def test_an_engine_that_hung_for_a_while_has_not_been_restarted(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.client.HEALTH_TIMEOUT_S", 0.2)
    client = engines.client()
    hung = await client.ensure()
    os.kill(hung.pid, signal.SIGSTOP)
    assert await client.health() is None
    os.kill(hung.pid, signal.SIGCONT)
    assert (await client.ensure()).pid == hung.pid
    assert client.status.restarts == 0


async def test_an_engine_whose_socket_was_deleted_leaves_and_the_next_one_answers(
    engines: Engines,
) -> None:
    client = engines.client()
    await client.ensure()
    (paths.engine_folder() / "engine.sock").unlink()
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    assert len(engines.children) <= 4, "it was tried again and again"


async def test_all_who_wait_for_a_start_that_fails_share_the_failure(engines: Engines) -> None:
    engines.options = ("--broken",)
    client = engines.client()
    said = await asyncio.gather(
        *(text_of(client, wish()) for _ in range(4)), return_exceptions=True
    )
    assert len({str(error) for error in said}) == 1
    assert all(isinstance(error, EngineUnavailableError) for error in said)
    assert len(engines.children) == 1


async def test_a_stopped_engine_is_named_with_its_process(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = engines.client()
    await client.ensure()
    monkeypatch.setattr("engine.client.START_TIMEOUT_S", 0.6)
    monkeypatch.setattr("engine.client._PROBE_S", 0.2)
    pid = engines.children[0].pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EngineUnavailableError, match=f"end it with `kill -9 {pid}`"):
        await client.ensure()
    assert len(engines.children) == 1, "a silent engine is there: no other one may be started"


async def test_a_sleep_of_this_process_is_not_the_engines_silence(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    awake = chain([0.0], repeat(1000.0))  # It slept after it had looked at the clock once.
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + next(awake))
    monkeypatch.setattr("engine.client.time", clock)
    assert (await engines.client().ensure()).pid == engines.children[0].pid


def test_a_damaged_endpoint_file_counts_as_none(lab_home: Path) -> None:
    endpoint.private_folder()
    for text in ("", "{", "[]", '{"socket": 1, "pid": 2, "version": "3"}'):
        endpoint.endpoint_file().write_text(text)
        assert endpoint.read_endpoint() is None


async def test_in_a_home_that_takes_no_files_the_engine_has_its_own_elsewhere(
    engines: Engines, lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lab_home / "file").touch()
    monkeypatch.setenv("LLMLAB_HOME", str(lab_home / "file"))
    client = engines.client()
    assert await text_of(client, wish()) == "0 1 2 3 4 "
    folder = paths.engine_folder()
    assert folder.parent == Path("/tmp")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    await engines.stop()
    shutil.rmtree(folder)


def test_an_unusable_folder_is_a_sentence(lab_home: Path) -> None:
    paths.engine_folder().write_text("in the way")
    elsewhere = paths.engine_folder()
    elsewhere.write_text("in the way as well")
    try:
        with pytest.raises(EngineUnavailableError, match="LLMLAB_HOME"):
            start_engine()
    finally:
        elsewhere.unlink()


def test_the_last_line_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    assert last_line(log) == ""
    log.write_bytes(b"old\nlast \xff words\n\n  \n")
    assert last_line(log) == "last \ufffd words"
    assert last_line(log, start=log.stat().st_size) == ""


def test_importing_the_client_is_cheap() -> None:
    code = (
        "import sys, engine.client; heavy = {'torch', 'numpy', 'httpx', 'starlette', 'uvicorn'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


async def drain(stream: AsyncIterator[StreamEvent]) -> None:
    async for _ in stream:
        pass


async def kill(engines: Engines) -> None:
    for child in engines.running():
        os.kill(child.pid, signal.SIGKILL)
    await until(lambda: not engines.running())


async def until_active(client: EngineClient, count: int = 1) -> None:
    async with asyncio.timeout(60):
        while (health := await client.health()) is None or health.active_requests != count:
            await asyncio.sleep(0.02)


async def until_idle(client: EngineClient) -> None:
    await until_active(client, 0)
