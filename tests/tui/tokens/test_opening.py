"""Which tokenizers stay open."""

from __future__ import annotations

import asyncio
import gc
from typing import Any, cast

from engine.vocab.find import FoundTokenizer
from tui.panes.tokens_opening import Opener
from tui.tokens.desk import Desk
from tui.tokens.names import open_named


async def test_a_tokenizer_is_read_once_and_kept_while_it_stands_on_the_desk() -> None:
    read: list[str] = []

    def find(name: str) -> FoundTokenizer:
        read.append(name)
        return open_named(name)

    nobody = cast(Any, None)
    opener = Opener(nobody, Desk("", ("bytes",)), find, nobody, nobody)
    held = [await opener.find("bytes"), await opener.find("bytes")]
    assert held[0] is held[1]
    assert read == ["bytes"]
    held.clear()
    await asyncio.to_thread(int)  # The loop still had the last reply in its hands.
    gc.collect()
    await opener.find("bytes")
    assert read == ["bytes", "bytes"], "nothing held the first one any more"
