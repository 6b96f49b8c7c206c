"""What can hand out the work of a run, by name. Imports nothing of what does it."""

from __future__ import annotations

LOCAL = "local"
EXECUTORS = (LOCAL, "datatrove", "datatrove:slurm", "datatrove:ray")
