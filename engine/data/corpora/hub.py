"""A corpus on the Hugging Face hub: its parquet shards at one commit, fetched as they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.data.corpora.corpus import Progress, digest_of, in_pieces
from engine.data.corpora.hub_http import HubClient, HubUnreachableError
from engine.data.corpora.hub_spec import HubSpec, is_commit, read_spec
from engine.data.corpora.shards import Shard, fetch
from engine.data.funnel.sources import open_source
from engine.errors import DataError, LabError
from engine.files import read_json, write_atomic, write_json

SUFFIX = ".parquet"
_WILD = re.compile(r"[*?]")


@dataclass(slots=True)
class HubCorpus:
    """Shards of a data set at one commit."""

    hub_spec: HubSpec
    """With the commit."""
    shards: tuple[Shard, ...]
    progress: Progress
    world: str | None = None
    left_out: int = 0

    @property
    def spec(self) -> str:
        """The name with the commit."""
        return str(self.hub_spec)

    @property
    def fingerprint(self) -> str:
        """Of the data set, its commit, and the shards with their hashes."""
        return digest_of([self.hub_spec.repository, self.hub_spec.revision, _rows(self.shards)])

    def texts(self) -> Iterator[str]:
        """The texts of each shard, which is fetched when its turn comes and then kept.

        Raises:
            DataError: a shard cannot be had, or holds no texts.
        """
        self.left_out = 0
        for shard in self.shards:
            path = fetch(self.hub_spec, shard, self.progress)
            yield from in_pieces(self._texts_of(path, shard))

    def _texts_of(self, path: Path, shard: Shard) -> Iterator[str]:
        for found in open_source(path).read():
            if found.page is not None:
                yield found.page.body.decode("utf-8", "replace")
            elif found.record is None:  # of a file with the right hash: it will not get better
                raise DataError(
                    f"{shard.path} of {self.spec} cannot be used: {found.why}. Choose another "
                    "subset or data set."
                )
            else:
                self.left_out += 1
                self.progress(f"left out {shard.path}/{found.record}: {found.why}", 0, 0)


def open_hub(spec: str, progress: Progress) -> HubCorpus:
    """Resolve a name to the shards that it stands for now.

    A pinned name that was resolved before needs no network; another one takes the commit of the
    last time when the hub cannot be reached.

    Raises:
        DataError: the name is none, or the hub has no such data set, subset or files.
    """
    wanted = read_spec(spec)
    if wanted.is_pinned:
        return HubCorpus(wanted, _shards(wanted, progress), progress)
    remembered = wanted.folder / "refs" / wanted.revision
    try:
        commit = _commit_of(wanted, progress)
        write_atomic(remembered, commit.encode())
    except HubUnreachableError:
        commit = remembered.read_text() if remembered.is_file() else ""
        if not is_commit(commit):
            raise
        progress(f"the hub cannot be reached: {wanted} as it was at {commit[:12]}", 0, 0)
    pinned = wanted.at(commit)
    return HubCorpus(pinned, _shards(pinned, progress), progress)


def _about(spec: HubSpec) -> str:
    return f"hf:{spec.repository}"


def _api(client: HubClient, spec: HubSpec) -> str:
    return f"{client.endpoint}/api/datasets/{spec.repository}"


def _commit_of(spec: HubSpec, progress: Progress) -> str:
    with HubClient(f"{_about(spec)}@{spec.revision}", progress) as client:
        url = f"{_api(client, spec)}/revision/{spec.revision}?expand=sha"
        answer, _ = client.get_json(url, "description")
    commit = answer.get("sha") if isinstance(answer, dict) else None
    if not isinstance(commit, str) or not is_commit(commit):
        raise _nonsense(spec, "names no commit")
    return commit


def _shards(spec: HubSpec, progress: Progress) -> tuple[Shard, ...]:
    """The list of a pinned name, kept: it cannot change, and a resumed run may have no network."""
    kept = spec.folder / spec.revision / f"shards-{digest_of(str(spec))[:16]}.json"
    try:
        return tuple(Shard(*row) for row in read_json(kept))
    except (LabError, TypeError):
        shards = _listed(spec, progress)
    write_json(kept, _rows(shards))
    return shards


def _rows(shards: Sequence[Shard]) -> list[list[Any]]:
    return [[shard.path, shard.size, shard.sha256] for shard in shards]


def _listed(spec: HubSpec, progress: Progress) -> tuple[Shard, ...]:
    with HubClient(_about(spec), progress) as client:
        patterns = [spec.path] if spec.path else _patterns_of(client, spec)
        shards: dict[str, Shard] = {}
        for pattern in patterns:
            wanted = _regex(pattern)
            for shard in _tree(client, spec, _folder_of_pattern(pattern)):
                if wanted.fullmatch(shard.path):
                    shards[shard.path] = shard
    if not shards:
        raise DataError(
            f"{spec} holds no {SUFFIX} files. Name a folder or files of it that are: "
            f"{_about(spec)}/FOLDER, as its page shows them."
        )
    return tuple(shards[path] for path in sorted(shards))


def _patterns_of(client: HubClient, spec: HubSpec) -> list[str]:
    """What the data set's card says are the training texts of a subset (else: of the usual one)."""
    url = f"{_api(client, spec)}/revision/{spec.revision}?expand=cardData"
    answer, _ = client.get_json(url, "description")
    card = answer.get("cardData") if isinstance(answer, dict) else None
    configs = card.get("configs") if isinstance(card, dict) else None
    configs = [c for c in configs or [] if isinstance(c, dict) and "config_name" in c]
    names = [str(config["config_name"]) for config in configs]
    if spec.config is not None:
        chosen = [c for c in configs if str(c["config_name"]) == spec.config]
        if not chosen:
            raise DataError(
                f"{_about(spec)} has no subset {spec.config!r}. "
                + (f"Choose one of: {', '.join(names)[:400]}." if names else "It names none.")
            )
    else:
        chosen = [c for c in configs if c.get("default") is True]
        chosen = chosen or [c for c in configs if c["config_name"] == "default"] or configs[:1]
    return _train_patterns(chosen[0].get("data_files")) if chosen else ["**"]


def _train_patterns(data_files: Any) -> list[str]:
    """Of a card's ``data_files``: a pattern, several, or several for each of its splits."""
    if isinstance(data_files, str):
        return [data_files]
    found: list[str] = []
    for entry in data_files if isinstance(data_files, list) else []:
        if isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, dict) and entry.get("split", "train") == "train":
            path = entry.get("path")
            found += [path] if isinstance(path, str) else map(str, path or [])
    return found or ["**"]


def _tree(client: HubClient, spec: HubSpec, folder: str) -> Iterator[Shard]:
    """All parquet files below a folder."""
    url: str | None = f"{_api(client, spec)}/tree/{spec.revision}"
    url = f"{url}/{quote(folder)}?recursive=true" if folder else f"{url}?recursive=true"
    while url is not None:
        entries, url = client.get_json(url, folder or "files")
        if not isinstance(entries, list):
            raise _nonsense(spec, "sends no list of files")
        for entry in entries:
            if isinstance(entry, dict) and str(entry.get("path")).endswith(SUFFIX):
                yield _shard(spec, entry)


def _shard(spec: HubSpec, entry: dict[str, Any]) -> Shard:
    path, size, lfs = entry["path"], entry.get("size"), entry.get("lfs") or {}
    sha256 = lfs.get("oid") if isinstance(lfs, dict) else None
    # A path becomes one on this machine, and whoever runs the hub chooses it.
    inside = isinstance(path, str) and not {"", ".", ".."} & {*re.split(r"[/\\]", path)}
    if not inside or ":" in path or not isinstance(size, int) or size < 1:
        raise _nonsense(spec, f"lists a file {str(path)[:80]!r} of size {size!r}")
    return Shard(path, size, sha256 if isinstance(sha256, str) else None)


def _folder_of_pattern(pattern: str) -> str:
    """What stands before the first part that can be several things, or is a file."""
    parts = pattern.split("/")
    for i, part in enumerate(parts):
        if _WILD.search(part) or part.endswith(SUFFIX):
            return "/".join(parts[:i])
    return pattern


def _regex(pattern: str) -> re.Pattern[str]:
    """``*`` and ``?`` stay inside a folder, ``**`` does not; a folder stands for all below it."""
    if not _WILD.search(pattern) and not pattern.endswith(SUFFIX):
        pattern = f"{pattern}/**"
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    means = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(means.get(part) or re.escape(part) for part in parts))


def _nonsense(spec: HubSpec, what: str) -> DataError:
    return DataError(f"The hub {what} for {spec}. Check HF_ENDPOINT, or try another data set.")
