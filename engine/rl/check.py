"""Whether a run of the stage ``rl`` can be begun, said before it is. No torch."""

from __future__ import annotations

from engine.errors import RunError
from engine.manifest import CheckpointInfo
from engine.rl.plan import RlPlan
from engine.tasks.catalogue import task_named


def check_parent(plan: RlPlan, parent: CheckpointInfo) -> None:
    """Refuse a parent that cannot learn the tasks of ``plan``.

    Raises:
        RunError: there is no such task, or the parent does not answer, is not of this lab, or
            has not learned a tool that a task offers; or a cold start has nothing to practise.
    """
    if not parent.chats or parent.imported:
        raise RunError(
            f"{parent.name} is no assistant of this lab, so it has no answers to be rewarded. "
            "Choose an sft or idk checkpoint, such as nano/sft."
        )
    tasks = [task_named(name) for name in plan.tasks]
    if plan.cold_start and all(task.tools for task in tasks):
        raise RunError(
            f"The tasks {', '.join(plan.tasks)} are solved with tools, and a cold start works "
            "problems without. Leave it out, or add another task."
        )
    for task in tasks:
        missing = [tool for tool in task.tools if tool not in parent.tools]
        if missing:
            raise RunError(
                f"The task {task.name!r} offers the tool {missing[0]!r}, which {parent.name} has "
                "not learned to call. Choose another task or another checkpoint."
            )
