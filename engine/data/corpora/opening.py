"""From what a person calls a corpus to the corpus."""

from __future__ import annotations

from engine.data.corpora.corpus import Corpus, Progress, no_progress
from engine.data.corpora.hub_spec import HUB, read_spec


def open_corpus(spec: str, progress: Progress = no_progress) -> Corpus:
    """Resolve a name; nothing of it is read yet.

    Args:
        spec: ``hf:ORG/NAME[@REVISION][:CONFIG][/PATH]`` for a data set of the hub, the name of a
            crawl or of a run of the funnel, or a file or folder of parquet, JSONL, text, WARC or
            HTML. Pages of a crawl come with all that stands on them but the tags.
        progress: told of downloads, and of what had to be left out.

    Raises:
        DataError: there is no such corpus; the sentence says why.
    """
    if spec.startswith(HUB):
        from engine.data.corpora.hub import open_hub  # it takes httpx, which files do not need

        return open_hub(spec, progress)
    return _local(spec, progress)


def absolute_spec(spec: str) -> str:
    """A name that means the same from another folder; no hub is asked whether it has it.

    Raises:
        DataError: there is no such file, folder or run, or the name cannot be one.
    """
    return str(read_spec(spec)) if spec.startswith(HUB) else _local(spec, no_progress).spec


def _local(spec: str, progress: Progress) -> Corpus:
    from engine.data.corpora.local import open_local

    return open_local(spec, progress)
