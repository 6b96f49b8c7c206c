"""Other people's servers: whatever speaks OpenAI's HTTP API, as one more source of answers.

``address`` reads a URL, ``servers`` remembers it, ``link`` talks HTTP, ``failures`` says what went
wrong, ``body`` words a request, ``sse`` and ``chunks`` read the stream, ``client`` puts it together
and yields the events that the lab's own engine yields. Nothing here imports torch, and httpx only
when something is sent.

All that a server says is text to show: it is bounded, cleaned and never evaluated.
"""
