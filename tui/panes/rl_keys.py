"""The keys of the RL pane, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Reinforcement learning

A model tries a problem many times over; each attempt is checked by a verifier and compared with the
others of its group. What was better than the group becomes likelier, what was worse less likely.
Where all were worth the same there is nothing to learn.

**w** the wall of attempts, **c** the curves and figures, **b** the same problem put to the parent
and to the run's latest checkpoint (**a** asks again).

**[** and **]** turn to the step before and the next one, **,** and **.** to another problem of the
step. **l** goes to the newest step and follows the run.

**t** starts a run, a process of its own: it goes on when you leave. **p** pauses it, **r** goes on,
**x** stops it and keeps what was learned, **o** lists the runs there are.
"""

BINDINGS: list[BindingType] = [
    Binding("t", "train", "train", id="rl.train"),
    Binding("o", "list", "runs", id="rl.list"),
    Binding("p", "pause", "pause", id="rl.pause"),
    Binding("r", "resume", "resume", id="rl.resume"),
    Binding("x", "halt", "stop", id="rl.stop"),
    Binding("left_square_bracket", "step(-1)", "step", key_display="[ ]", id="rl.step-before"),
    Binding("right_square_bracket", "step(1)", "next step", show=False, id="rl.step-next"),
    Binding("comma", "problem(-1)", "problem", key_display=", .", id="rl.problem-before"),
    Binding("full_stop", "problem(1)", "next problem", show=False, id="rl.problem-next"),
    Binding("l", "step(0)", "latest", id="rl.latest"),
    Binding("a", "ask", "ask", id="rl.ask"),
    Binding("w", "view('wall')", "wall", show=False, id="rl.wall"),
    Binding("c", "view('curves')", "curves", show=False, id="rl.curves"),
    Binding("b", "view('before')", "before/after", show=False, id="rl.before"),
    Binding("escape", "back", "back", show=False, id="rl.back"),
]
"""Those of Pipeline for a training; brackets turn steps there as well."""
