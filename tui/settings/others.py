"""The lab's variables of the environment that are no settings: who else reads one, stands here.

So that a misspelt one can be told from one that somebody reads.
"""

from __future__ import annotations

OTHERS = frozenset(
    {
        "LLMLAB_HOME",
        "LLMLAB_TOKEN",
        "LLMLAB_NATIVE",
        "LLMLAB_BENCH_LLAMA_PYTHON",
        "LLMLAB_SEARCH_PROVIDER",
        "LLMLAB_SEARCH_TIMEOUT_S",
        "LLMLAB_SEARCH_SPACING_S",
        "LLMLAB_SEARCH_PATIENCE_S",
        "LLMLAB_DDGS_URL",
        "LLMLAB_SEARXNG_URL",
        "LLMLAB_WIKIPEDIA_URL",
        "LLMLAB_BRAVE_URL",
        "LLMLAB_BRAVE_KEY",
        "LLMLAB_BRAVE_KEY_FILE",
        "LLMLAB_TAVILY_URL",
        "LLMLAB_TAVILY_KEY",
        "LLMLAB_TAVILY_KEY_FILE",
        "LLMLAB_SLURM_PARTITION",
        "LLMLAB_SLURM_TIME",
        # Of the tests.
        "LLMLAB_FUZZ_CASES",
        "LLMLAB_SNAPSHOTS",
        "LLMLAB_TEST_GGUF",
    }
)
