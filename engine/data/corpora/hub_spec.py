"""Names of corpora on the Hugging Face hub: ``hf:ORG/NAME[@REVISION][:CONFIG][/PATH]``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from engine import paths
from engine.errors import DataError

HUB = "hf:"
_SPEC = re.compile(
    r"hf:(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?(?::(?P<config>[\w.-]+))?"
    r"(?:/(?P<path>[^\\]+?))?/?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class HubSpec:
    """Which files of which data set."""

    repository: str
    """``ORG/NAME``."""
    revision: str = "main"
    """A branch, a tag or a commit."""
    config: str | None = None
    """One of the subsets that the data set's card names."""
    path: str | None = None
    """A file, a folder, or a pattern with ``*`` and ``**``."""

    @property
    def is_pinned(self) -> bool:
        """Whether it means the same files for ever."""
        return is_commit(self.revision)

    @property
    def folder(self) -> Path:
        """Where all of the data set is kept on this machine."""
        return paths.corpora_folder() / self.repository.replace("/", "--")

    def at(self, commit: str) -> HubSpec:
        """The same files, as they were at a commit."""
        return replace(self, revision=commit)

    def __str__(self) -> str:
        revision = "" if self.revision == "main" else f"@{self.revision}"
        config = f":{self.config}" if self.config else ""
        return f"{HUB}{self.repository}{revision}{config}" + (f"/{self.path}" if self.path else "")


def is_commit(revision: str) -> bool:
    """Whether a revision is a commit's full hash, not a name that may move."""
    return _COMMIT.fullmatch(revision) is not None


def read_spec(text: str) -> HubSpec:
    """Read a name that begins with ``hf:``.

    Raises:
        DataError: it is none.
    """
    match = _SPEC.fullmatch(text)
    path = match["path"] if match else None
    if match is None or ".." in (*match["repository"].split("/"), *(path or "").split("/")):
        raise DataError(
            f"{text!r} is no name of a data set. Write hf:ORG/NAME as on its page, with :CONFIG "
            "for a subset or /FOLDER or /FOLDER/*.parquet for some of its files."
        )
    return HubSpec(
        repository=match["repository"],
        revision=match["revision"] or "main",
        config=match["config"],
        path=path,
    )
