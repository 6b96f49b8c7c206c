"""The special tokens: the only ids that carry structure, and never the encoding of any text."""

from __future__ import annotations

BOS = "<|bos|>"
SYSTEM_START, SYSTEM_END = "<|system_start|>", "<|system_end|>"
USER_START, USER_END = "<|user_start|>", "<|user_end|>"
ASSISTANT_START, ASSISTANT_END = "<|assistant_start|>", "<|assistant_end|>"
PYTHON_START, PYTHON_END = "<|python_start|>", "<|python_end|>"
SEARCH_START, SEARCH_END = "<|search_start|>", "<|search_end|>"
CALC_START, CALC_END = "<|calc_start|>", "<|calc_end|>"
OUTPUT_START, OUTPUT_END = "<|output_start|>", "<|output_end|>"

SPECIAL_TOKENS = (
    BOS,
    SYSTEM_START,
    SYSTEM_END,
    USER_START,
    USER_END,
    ASSISTANT_START,
    ASSISTANT_END,
    PYTHON_START,
    PYTHON_END,
    SEARCH_START,
    SEARCH_END,
    CALC_START,
    CALC_END,
    OUTPUT_START,
    OUTPUT_END,
)
