"""``llmlab sample``: continuations of one prompt."""

from __future__ import annotations

import argparse

from engine.conversation import Turn
from engine.errors import LabError
from engine.sampling_params import SamplingParams
from tui.cli.output import emit_json, narrate, printable


def run(arguments: argparse.Namespace) -> int:
    """Print a sample a line with ``--json``, else each as text.

    Raises:
        LabError: unknown checkpoint, prompt too long, sampling values out of range.
    """
    params = SamplingParams(
        temperature=arguments.temperature,
        top_k=arguments.top_k,
        top_p=arguments.top_p,
        min_p=arguments.min_p,
        repetition_penalty=arguments.repetition_penalty,
        seed=arguments.seed,
        max_tokens=arguments.max_tokens,
        stop=tuple(arguments.stop),
    )
    from engine.local import LocalModel

    local = LocalModel.load(arguments.checkpoint)
    if arguments.chat and not local.chats:
        raise LabError(
            f"{local.info.name} is a base model: it continues documents and has not learned to "
            "answer. Leave --chat out or choose one that chats (llmlab checkpoints)."
        )
    if arguments.chat:
        done = local.chat([Turn.of("user", arguments.prompt)], params, n=arguments.n)
    else:
        done = local.complete(arguments.prompt, params, n=arguments.n)
    for completion in done:
        if arguments.json:
            emit_json(
                {
                    "prompt_ids": list(completion.prompt_ids),
                    "ids": list(completion.ids),
                    "text": completion.text,
                    "logprobs": list(completion.logprobs),
                    "finish_reason": completion.finish_reason,
                }
            )
        else:
            lead = "" if arguments.chat else arguments.prompt
            print(printable(lead + completion.text))
            narrate(f"({len(completion.ids)} tokens, {completion.finish_reason})")
    return 0
