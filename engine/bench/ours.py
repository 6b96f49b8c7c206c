"""Our engine as a contender, whole: queue, sampling, detokenizing, events. A child process."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from engine.bench import memory
from engine.bench.child import serve
from engine.bench.loaded import about_ours
from engine.bench.text import PAGES, heldout_text
from engine.bench.turn import About, Turn
from engine.generate import Generator
from engine.local import LocalModel
from engine.native import prepare
from engine.request import Request
from engine.sampling_params import SamplingParams


class Ours:
    """A checkpoint, loaded as every command loads it; ``checkpoint`` names a precision as well."""

    def __init__(self, checkpoint: str) -> None:
        began = time.perf_counter()
        self._local = LocalModel.load(checkpoint, device="cpu")
        self._engine = self._local.generator
        # Waited for here: the engine would otherwise begin in plain torch.
        native = prepare().result() is not None
        self._about = about_ours(self._local.model, native=native, began=began)

    def about(self) -> About:
        """What was loaded."""
        return self._about

    def shape(self) -> dict[str, int]:
        """What prompts for this model must keep to."""
        config = self._local.model.config
        return {
            "n_params": self._local.info.n_params,
            "n_vocab": config.vocab_size,
            "max_seq_len": config.max_seq_len,
        }

    def forget(self) -> None:
        """Go on with a new engine, which has read nothing yet."""
        self._engine = Generator(self._local.model, self._local.tokenizer, native=True)

    def render(self, n_pages: int) -> list[list[int]]:
        """Pages of text that was never trained on, as prompts to be continued."""
        return [self._local.dialect.render_completion(page) for page in heldout_text(n_pages)]

    def decode(
        self,
        prompts: Sequence[Sequence[int]],
        lengths: Sequence[int],
        temperature: float = 0.0,
        at_s: Sequence[float] | None = None,
        speculate: int = 0,
    ) -> Turn:
        """One turn (see ``turn``).

        Args:
            prompts: ids of each row's prompt.
            lengths: tokens to add to each.
            temperature: 0 is greedy; else row i draws with the seed i.
            at_s: when each row is asked for, in seconds from the start, rising; None: all at once.
            speculate: tokens to guess ahead at most.
        """
        requests = [
            Request(
                prompt_ids=tuple(prompt),
                params=SamplingParams(temperature=temperature, max_tokens=length, seed=i),
                speculate=speculate,
            )
            for i, (prompt, length) in enumerate(zip(prompts, lengths, strict=True))
        ]
        arrivals = [0.0] * len(requests) if at_s is None else at_s
        engine, n_read_before = self._engine, self._engine.n_prefilled
        ids: list[list[int]] = [[] for _ in requests]
        first_s = [math.nan] * len(requests)
        can_say = memory.forget_peak()
        n_asked, began = 0, time.perf_counter()
        while n_asked < len(requests) or engine.busy:
            now = time.perf_counter() - began
            while n_asked < len(requests) and arrivals[n_asked] <= now:
                engine.submit(n_asked, requests[n_asked])
                n_asked += 1
            if not engine.busy:
                time.sleep(arrivals[n_asked] - now)
                continue
            for event in engine.step():
                if not ids[event.request]:
                    now = time.perf_counter() - began
                    first_s[event.request] = now - arrivals[event.request]
                ids[event.request].append(event.id)
        return Turn(
            seconds=time.perf_counter() - began - arrivals[0],
            first_s=first_s,
            ids=ids,
            n_read=engine.n_prefilled - n_read_before,
            peak_bytes=memory.peak_bytes() if can_say else None,
        )

    def bits_per_byte(self) -> dict[str, float]:
        """How well the model foretells held-out text, through the very passes that serve it."""
        nats, n_bytes = 0.0, 0
        for ids in self.render(PAGES):
            request = Request(
                prompt_ids=tuple(ids), params=SamplingParams(max_tokens=1, seed=0), echo=True
            )
            for event in self._engine.generate(request):
                if event.forced and event.rank:  # nothing foretells the first token
                    nats -= event.logprob
                    n_bytes += len(self._local.tokenizer.token_bytes(event.id))
        return {"bits_per_byte": nats / math.log(2) / n_bytes, "text_bytes": n_bytes}


if __name__ == "__main__":
    serve(Ours)
