"""The real backend: checkpoints of this project, one batch of the generation engine for each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import torch

from engine.calls import NO_RULES, Call
from engine.conversation import Turn
from engine.dialect import Dialect, load_dialect
from engine.errors import CheckpointError
from engine.events import TokenEvent
from engine.local import LocalModel
from engine.manifest import MANIFEST, find_checkpoint, list_checkpoints
from engine.precision import Precision, split_name
from engine.protocol import GenerateRequest, Message
from engine.request import Request
from engine.server.backend import Device, LoadedModel, Offer, Prompt, Source, Vocabulary
from tools.tool import Tool

SMALL_MODEL = 20_000_000
"""Parameters below which a step is too little work to be split over more than a few threads."""

MAX_THREADS = 4
"""For a small model. At most half of the CPUs anyway: a step whose threads wait for a CPU that a
training holds takes ten times as long (2 CPUs, 32 rows of nano beside a training: 8 ms with one
thread, 55 to 104 ms with two). A larger model gets all CPUs: one cannot read its weights as fast
as the memory gives them."""


class TorchBackend:
    """Computes on the GPU where there is one, else on a few CPU threads.

    Make it in the thread that will use it: the number of threads is a setting of the caller's.

    Args:
        threads: that a step is computed with; None chooses by the size of the model.
        precision: to compute with where a model's name does not say; None chooses by its size.
    """

    def __init__(self, threads: int | None = None, precision: Precision | None = None) -> None:
        self._threads, self._precision = threads, precision
        torch.set_num_threads(threads or threads_for(0))
        self._device = "cuda" if torch.cuda.is_available() else "cpu"

    @property
    def device(self) -> Device:
        """What it computes on."""
        return Device(
            name=self._device, torch_version=torch.__version__, threads=torch.get_num_threads()
        )

    def offers(self) -> list[Offer]:
        """The checkpoints that have a name, shipped ones first."""
        return [
            Offer(
                name=info.name,
                created_s=_unix_seconds(info.created),
                max_seq_len=info.max_seq_len,
                n_params=info.n_params,
                chats=info.chats,
            )
            for info in list_checkpoints()
        ]

    def find(self, name: str) -> Source:
        """Look a checkpoint up by name or folder, with or without a precision.

        Raises:
            CheckpointError: there is none, or its manifest is damaged.
        """
        base, precision = split_name(name)
        info = find_checkpoint(base)
        try:
            found = (info.path / MANIFEST).stat()
        except OSError as error:
            raise CheckpointError(
                f"{info.path} has just been removed or replaced ({error.strerror}). Ask again."
            ) from error
        # The inode as well: a checkpoint is replaced by a rename, which may keep time and size.
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        shown = info.name if precision is None else f"{info.name}@{precision}"
        return Source(name=shown, path=info.path.resolve(), stamp=stamp, precision=precision)

    def dialect(self, name: str) -> Dialect:
        """How a checkpoint is spoken to: its tokenizer, read without its weights.

        Raises:
            CheckpointError: there is none, or its tokenizer is damaged.
        """
        base, _ = split_name(name)
        return load_dialect(find_checkpoint(base))

    def load(self, source: Source) -> LoadedModel:
        """Hold the folder against its manifest and load it.

        Raises:
            CheckpointError: a file is missing, cut short or changed.
        """
        info = find_checkpoint(str(source.path))
        precision = source.precision or self._precision
        local = LocalModel.open(info, precision, device=self._device)
        return TorchModel(local, self._threads or threads_for(info.n_params))


@dataclass(frozen=True, slots=True)
class TorchModel:
    """A checkpoint with its generator; see ``engine.server.backend.LoadedModel``."""

    local: LocalModel
    threads: int

    @property
    def max_seq_len(self) -> int:
        """Tokens of prompt and answer that fit."""
        return self.local.info.max_seq_len

    @property
    def vocabulary(self) -> Vocabulary:
        """What each id says."""
        return self.local.tokenizer

    @property
    def answer_prefix(self) -> str:
        """One space in the lab's own protocol; templates of imported models have none."""
        return self.local.dialect.answer_prefix

    def render(self, request: GenerateRequest) -> Prompt:
        """Conversation or text to ids, without ``continue_ids``; ids stay as they are.

        Raises:
            RequestError: the model does not take such a conversation.
        """
        dialect = self.local.dialect
        ids: Sequence[int]
        if request.prompt_ids is not None:
            ids = request.prompt_ids
        elif request.messages is not None:
            ids = dialect.render_chat(map(_turn, request.messages), tools=request.tools)
        else:
            assert request.prompt is not None, "GenerateRequest has one of the three"
            ids = dialect.render_completion(request.prompt)
        return Prompt(ids=tuple(ids), tokens=tuple(map(dialect.tokenizer.display, ids)))

    @property
    def busy(self) -> bool:
        """Whether a step would do anything: rows that wait for a tool need none."""
        return self.local.generator.busy

    def add(
        self, job: int, request: GenerateRequest, prompt: Prompt, tools: Sequence[Tool] = ()
    ) -> None:
        """Queue the request in the generator.

        A raw prompt may go on with anything, structure too: it is how the model is looked at.

        Raises:
            RequestError: it does not fit the model's context, names unknown ids, or offers a tool
                that the model has not learned.
        """
        chat = request.messages is not None
        rules = NO_RULES
        if chat:
            rules = self.local.dialect.answer_rules(tools, request.approve, request.max_calls)
        self.local.generator.submit(
            job,
            Request(
                prompt_ids=prompt.ids + request.continue_ids,
                params=request.params,
                n=request.n,
                stop_ids=self.local.stop_ids(chat=chat),
                calls=rules,
                n_said=len(request.continue_ids),
                max_forced=rules.max_forced,
                echo=request.echo,
                priority=request.priority,
                speculate=request.speculate,
            ),
        )

    def step(self) -> list[TokenEvent]:
        """Read some more of the prompts that wait, and draw a token for every other row."""
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        return self.local.generator.step()

    def take_calls(self) -> list[Call]:
        """The tool calls that rows have ended in the last step."""
        return self.local.generator.take_calls()

    def proceed(self, call: Call, output: str) -> list[TokenEvent]:
        """Append a tool's output to its row, as far as it fits."""
        ids = self.local.dialect.encode_output(output, call.room)
        return self.local.generator.proceed(call.request, call.row, ids)

    def cancel(self, job: int) -> None:
        """Drop the request; nobody is left to be told how its rows ended."""
        self.local.generator.cancel(job)


def _turn(message: Message) -> Turn:
    if message.ids is not None:
        return Turn.of_ids(message.role, message.ids)
    return Turn.of(message.role, message.content)


def _unix_seconds(created: str) -> int:
    """A manifest's date; 0 where somebody has written something else there."""
    try:
        return int(datetime.fromisoformat(created).timestamp())
    except ValueError:
        return 0


def threads_for(n_params: int) -> int:
    """Threads that a step of a model of this size is computed with."""
    cpus = _usable_cpus()
    return cpus if n_params >= SMALL_MODEL else max(1, min(MAX_THREADS, cpus // 2))


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
