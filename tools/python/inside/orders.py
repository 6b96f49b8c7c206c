"""What the lab tells the zygote when it starts it: one JSON argument, no secrets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """How the children are to be contained, and what they have."""

    control: int
    """Descriptor of the socket to the lab, inherited."""
    packages: dict[str, str]
    """Folder of each package that programs may import besides; all are imported beforehand."""
    namespaces: bool
    kernel: bool
    """Whether with Landlock and seccomp."""
    memory_mb: int
    seconds: int
    """Of processor, a child."""
    ahead: int
    """How many children wait ready, 0 or more."""

    def to_json(self) -> str:
        """For the command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Orders:
        """What ``to_json`` wrote."""
        return cls(**json.loads(text))
