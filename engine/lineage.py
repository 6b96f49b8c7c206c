"""Which checkpoint came from which: a forest whose roots began from nothing or came from elsewhere.

A manifest names its parent and holds the hash of its weights. The hash decides: a parent that was
trained anew under the same name is another one, and then the one that was learned from is gone.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import CheckpointError
from engine.manifest import CheckpointInfo, list_checkpoints, read_manifest
from engine.run_keeping import deleted_runs
from engine.runs import RunStatus, list_runs

Kind = Literal["shipped", "imported", "run", "gone"]
_HEADLINES = {"sft": ("facts_head",), "idk": ("refused_unseen", "facts_head"), "rl": ("right",)}
"""Figures of a stage that say what it has changed, beside its bits per byte."""


@dataclass(slots=True, eq=False)
class Node:
    """A checkpoint, a run that has none yet, or one that others came from and that is gone."""

    name: str
    kind: Kind
    stage: str = ""
    preset: str = ""
    sha256: str = ""
    """Of the weights; empty where there are none."""
    parent: str | None = None
    parent_sha256: str = ""
    step: int = 0
    tokens: int = 0
    data: str = ""
    """What it was trained on."""
    metrics: dict[str, float] = field(default_factory=dict)
    words: str = ""
    """What is to be said of it: the state of a run, or why it is gone."""
    above: Node | None = field(default=None, repr=False)
    """Its parent, as it was found."""
    below: list[Node] = field(default_factory=list, repr=False)

    @property
    def headlines(self) -> dict[str, tuple[float, float | None]]:
        """Its figures that count, each beside its parent's where that has one."""
        named = ("val_bpb", *_HEADLINES.get(self.stage, ()))
        theirs = self.above.metrics if self.above else {}
        return {n: (self.metrics[n], theirs.get(n)) for n in named if n in self.metrics}


@dataclass(frozen=True, slots=True)
class Line:
    """A node as a drawn tree shows it: box lines, then the node."""

    boxes: str
    node: Node


def lineage() -> list[Node]:
    """The roots, those that come with the lab first."""
    return _forest(_nodes(list_checkpoints(), list_runs()), {e.name for e in deleted_runs()})


def drawn(roots: Sequence[Node]) -> Iterator[Line]:
    """The forest from the top down, each node behind the lines that lead to it."""
    # No recursion: manifests that were written by hand can form a chain of any length.
    waiting = [("", "", root) for root in reversed(roots)]
    while waiting:
        boxes, lead, node = waiting.pop()
        yield Line(boxes, node)
        for child in reversed(node.below):
            last = child is node.below[-1]
            corner, onward = ("└─ ", "   ") if last else ("├─ ", "│  ")
            waiting.append((lead + corner, lead + onward, child))


def _nodes(checkpoints: Sequence[CheckpointInfo], runs: Sequence[RunStatus]) -> list[Node]:
    states = {run.name: run for run in runs}
    nodes = [_of_checkpoint(info, states.get(info.name)) for info in checkpoints]
    known = {node.name for node in nodes if node.kind == "run"}
    for run in reversed(runs):
        if run.name not in known:
            words = f"{run.state}, no checkpoint yet"
            node = Node(run.name, "run", run.stage, run.preset, parent=run.parent, words=words)
            node.step = run.step
            nodes.append(node)
    return nodes


def _of_checkpoint(info: CheckpointInfo, run: RunStatus | None) -> Node:
    manifest: Mapping[str, Any] = {}
    try:
        manifest = read_manifest(info.path)
    except CheckpointError:
        manifest = {}  # It has vanished since it was listed; what was read then still holds.
    parent = manifest.get("parent")
    kind: Kind = "shipped" if info.shipped else "imported" if info.imported else "run"
    return Node(
        name=info.name,
        kind=kind,
        stage=info.stage,
        preset=info.preset,
        sha256=info.sha256,
        parent=info.parent,
        parent_sha256=str(parent.get("sha256", "")) if isinstance(parent, dict) else "",
        step=info.step,
        tokens=info.tokens,
        data=_data(manifest, info),
        metrics=_with_right(info.metrics),
        words=run.state if run is not None and run.state != "done" else "",
    )


def _data(manifest: Mapping[str, Any], info: CheckpointInfo) -> str:
    data = manifest.get("data")
    if isinstance(data, dict):
        return str(data.get("data") or "texts of its own")
    if data is not None:
        return str(data)
    return "" if info.imported else "pocket web"


def _with_right(metrics: dict[str, float]) -> dict[str, float]:
    """``right``: the mean of what it gets right at the first attempt, over the tasks it learned."""
    right = [value for name, value in metrics.items() if name.endswith("_pass_at_1")]
    return {**metrics, "right": statistics.fmean(right)} if right else dict(metrics)


def _forest(nodes: list[Node], deleted: set[str]) -> list[Node]:
    by_hash = {node.sha256: node for node in reversed(nodes) if node.sha256}
    by_name = {node.name: node for node in reversed(nodes)}
    gone: dict[tuple[str, str], Node] = {}
    roots = []
    for node in nodes:
        if node.parent is None:
            roots.append(node)
            continue
        above = _parent(node, by_hash, by_name)
        if above is None or above is node or _descends(above, node):
            key = (node.parent, node.parent_sha256)
            if key not in gone:
                gone[key] = _gone(*key, node.parent in deleted, node.parent in by_name)
                roots.append(gone[key])
            above = gone[key]
        node.above = above
        above.below.append(node)
    return roots


def _parent(node: Node, by_hash: Mapping[str, Node], by_name: Mapping[str, Node]) -> Node | None:
    assert node.parent is not None
    named = by_name.get(node.parent)
    if not node.parent_sha256 or (named is not None and named.sha256 == node.parent_sha256):
        return named
    return by_hash.get(node.parent_sha256)


def _descends(node: Node, other: Node) -> bool:
    """Whether ``node`` hangs below ``other``: manifests that were edited can form a circle."""
    at: Node | None = node
    while at is not None:
        if at is other:
            return True
        at = at.above
    return False


def _gone(name: str, sha256: str, deleted: bool, anew: bool) -> Node:
    words = "not here any more"
    if deleted:
        words = "in the trash"
    elif anew:
        words = "not here any more: what is called so now has other weights"
    return Node(name, "gone", sha256=sha256, words=words)
