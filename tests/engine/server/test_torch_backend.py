"""The real backend over checkpoints of random weights, in this process and as a process."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_models
import torch
from conftest import until

from engine import endpoint
from engine.checkpoint import save_checkpoint
from engine.client import EngineClient
from engine.errors import CheckpointError, RequestError
from engine.events import TokenEvent
from engine.launch import Child, start_engine
from engine.local import LocalModel
from engine.manifest import MANIFEST
from engine.protocol import GenerateRequest, Message, Started
from engine.sampling_params import SamplingParams
from engine.server.torch_backend import TorchBackend, TorchModel
from engine.tokenizer import Tokenizer

GREEDY = SamplingParams(temperature=0.0, max_tokens=24, n_alternatives=3)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A base and an sft checkpoint of random weights, by stage."""
    folder = tmp_path_factory.mktemp("checkpoints")
    tokenizer = Tokenizer.train(["the river lies by the town of the people\n"] * 20, 320)
    shape = tiny_models.config(vocab_size=320, max_seq_len=128)
    for seed, stage in enumerate(("base", "sft")):
        about = {
            "stage": stage, "preset": "pico", "parent": None, "created": "2026-01-01T00:00:00",
            "step": 1, "tokens": 1, "metrics": {},
        }  # fmt: skip
        save_checkpoint(folder / stage, tiny_models.model(shape, seed), tokenizer, about)
    return {stage: folder / stage for stage in ("base", "sft")}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More would wait for each other on a busy machine; and a backend sets what it likes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def backend() -> TorchBackend:
    return TorchBackend()


def test_the_stamp_changes_when_a_checkpoint_is_written_anew(
    checkpoints: dict[str, Path], tmp_path: Path, backend: TorchBackend
) -> None:
    folder = shutil.copytree(checkpoints["base"], tmp_path / "copy")
    before = backend.find(str(folder))
    assert backend.find(str(folder)) == before
    text = (folder / MANIFEST).read_bytes()
    replacement = folder / "new"
    replacement.write_bytes(text)
    os.replace(replacement, folder / MANIFEST)
    assert backend.find(str(folder)).stamp != before.stamp


@pytest.mark.parametrize("damage", ["cut", "changed", "missing"])
def test_a_damaged_checkpoint_is_refused(
    checkpoints: dict[str, Path], tmp_path: Path, damage: str, backend: TorchBackend
) -> None:
    folder = shutil.copytree(checkpoints["base"], tmp_path / "copy")
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    if damage == "missing":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(data[:-100])
    else:
        data[-1] ^= 1
        weights.write_bytes(data)
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        backend.load(backend.find(str(folder)))


def test_a_conversation_and_a_raw_prompt_are_rendered_apart(
    checkpoints: dict[str, Path], backend: TorchBackend
) -> None:
    model = backend.load(backend.find(str(checkpoints["sft"])))
    raw = model.render(GenerateRequest(model="m", prompt="<|user_start|> hi"))
    chat = model.render(
        GenerateRequest(model="m", messages=(Message(role="user", content="<|user_end|> hi"),))
    )
    assert raw.tokens[0] == chat.tokens[0] == "<|bos|>"
    assert "<|user_start|>" not in raw.tokens, "text became a special token"
    assert chat.tokens[1] == "<|user_start|>"
    assert chat.tokens[-2:] == ("<|user_end|>", "<|assistant_start|>")
    assert chat.tokens.count("<|user_end|>") == 1
    assert "".join(raw.tokens[1:]) == "<|user_start|> hi"


def test_a_precision_is_part_of_the_source(
    checkpoints: dict[str, Path], backend: TorchBackend
) -> None:
    plain = backend.find(str(checkpoints["base"]))
    source = backend.find(f"{checkpoints['base']}@bf16")
    assert (source.path, source.stamp, source.precision) == (plain.path, plain.stamp, "bf16")
    assert (plain.precision, source.name) == (None, f"{plain.name}@bf16")
    loaded = backend.load(source)
    assert isinstance(loaded, TorchModel)
    assert loaded.local.model.embed.weight.dtype == torch.bfloat16
    with pytest.raises(CheckpointError, match="precision 'int3'"):
        backend.find("nano/base@int3")


async def test_the_whole_engine(checkpoints: dict[str, Path], lab_home: Path) -> None:
    """One process for all of this: starting torch is what costs."""
    base, sft = checkpoints["base"], checkpoints["sft"]
    children: list[Child] = []

    def start() -> Child:
        children.append(start_engine())
        return children[-1]

    client = EngineClient(start=start)
    try:
        health = await client.ensure()
        assert health.torch_version == torch.__version__
        await check_batched_equals_alone(client, base)
        await check_continuing(client, base)
        await check_refusals(client, base)
        await check_two_checkpoints_stream_together(client, base, sft)
        after = await client.health()
        assert after is not None
        assert set(after.loaded) == {str(base), str(sft)}
        assert after.active_requests == 0
        assert "Traceback" not in endpoint.log_file().read_text()
    finally:
        await client.close()
        for child in children:
            os.kill(child.pid, 15)
        await until(lambda: all(child.exit_code() is not None for child in children))


async def tokens_of(client: EngineClient, request: GenerateRequest) -> list[TokenEvent]:
    return [event async for event in client.generate(request) if isinstance(event, TokenEvent)]


async def check_batched_equals_alone(client: EngineClient, folder: Path) -> None:
    prompts = [f"The town of {name} lies" for name in "ABCDEFGH"]
    requests = [GenerateRequest(model=str(folder), prompt=p, params=GREEDY) for p in prompts]
    together = await asyncio.gather(*(tokens_of(client, request) for request in requests))
    local = LocalModel.load(str(folder), device="cpu")
    for prompt, events in zip(prompts, together, strict=True):
        (alone,) = local.complete(prompt, GREEDY)
        assert tuple(event.id for event in events) == alone.ids
        assert "".join(event.text for event in events) == alone.text
        assert [event.logprob for event in events] == pytest.approx(alone.logprobs, abs=1e-3)
        assert all(len(event.alternatives) == 3 for event in events)


async def check_continuing(client: EngineClient, folder: Path) -> None:
    """With its own first tokens given, a greedy answer goes on as it did."""
    request = GenerateRequest(model=str(folder), prompt="The river", params=GREEDY)
    ids = tuple(event.id for event in await tokens_of(client, request))
    again = GenerateRequest(
        model=str(folder), prompt="The river", params=GREEDY, continue_ids=ids[:10]
    )
    started, *_ = [event async for event in client.generate(again)]
    assert isinstance(started, Started)
    rest = tuple(event.id for event in await tokens_of(client, again))
    assert rest[: len(ids) - 10] == ids[10:]


async def check_refusals(client: EngineClient, folder: Path) -> None:
    with pytest.raises(RequestError, match="Shorten the prompt"):
        await tokens_of(client, GenerateRequest(model=str(folder), prompt="word " * 5000))
    unknown_id = GenerateRequest(model=str(folder), prompt="a", continue_ids=(999_999,))
    with pytest.raises(RequestError, match="he id 999999"):
        await tokens_of(client, unknown_id)
    for name in ("nano/none", "", "~nobody/x", "../..", "x" * 3000, "a\0b"):
        with pytest.raises(CheckpointError):
            await tokens_of(client, GenerateRequest(model=name, prompt="a"))


async def check_two_checkpoints_stream_together(
    client: EngineClient, base: Path, sft: Path
) -> None:
    question = (Message(role="user", content="Who lives in the town?"),)
    order: list[str] = []

    async def follow(name: str, request: GenerateRequest) -> None:
        order.extend([name async for _ in client.generate(request)])

    params = SamplingParams(max_tokens=60, seed=1)
    await asyncio.gather(
        follow("base", GenerateRequest(model=str(base), prompt="The", params=params, n=2)),
        follow("sft", GenerateRequest(model=str(sft), messages=question, params=params)),
    )
    assert set(order) == {"base", "sft"}
