"""Where pages come from: WARC files, folders of HTML, text, JSONL and parquet.

``open_source`` gives a file's pages, each with the place to go on behind it; ``find_inputs`` says
which files a folder has for the funnel.
"""

from engine.data.funnel.sources.base import Found, Position, Source
from engine.data.funnel.sources.opening import find_inputs, open_source

__all__ = ["Found", "Position", "Source", "find_inputs", "open_source"]
