"""The terminal app and everything it may import stay free of torch."""

import subprocess
import sys

import pytest

TORCH_FREE = [
    "engine.bench.decode",
    "engine.bench.llama",
    "engine.bench.rollouts",
    "engine.bench.tools",
    "engine.chat_template",
    "engine.client",
    "engine.conversation",
    "engine.data.funnel.whatif",
    "engine.data.funnel.whatif_sample",
    "engine.data.judge",
    "engine.data.web",
    "engine.dialect",
    "engine.errors",
    "engine.evals.answer",
    "engine.events",
    "engine.files",
    "engine.gguf_vocabulary",
    "engine.manifest",
    "engine.paths",
    "engine.probes.figures",
    "engine.probes.jobs",
    "engine.probes.judges",
    "engine.probes.makers.cloze",
    "engine.probes.makers.document",
    "engine.probes.makers.file",
    "engine.probes.makers.server_writer",
    "engine.probes.makers.world",
    "engine.probes.report",
    "engine.protocol",
    "engine.remote.client",
    "engine.request",
    "engine.rl.reader",
    "engine.runs",
    "engine.sampling_params",
    "engine.server.tcp",
    "engine.tasks.catalogue",
    "engine.template_sandbox",
    "engine.tokenizer",
    "engine.tokenizer_imported",
    "engine.tool_protocol",
    "engine.tool_runner",
    "engine.tools_here",
    "engine.train.following",
    "engine.train.recipe",
    "engine.vocab.find",
    "engine.vocab.gguf",
    "tools",
    "tui.app",
    "tui.cli",
    "tui.cli.serve",
    "tui.cli.tokenize",
    "tui.cli.tool",
    "tui.data.source",
    "tui.panes.data",
    "tui.panes.probes",
    "tui.panes.rl",
    "tui.probes.knower",
    "tui.screens.rl_form",
    "tui.servers",
]


@pytest.mark.parametrize("module", TORCH_FREE)
def test_no_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr or f"{module} imports torch"
