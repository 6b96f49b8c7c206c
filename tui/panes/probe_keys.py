"""The keys of the Probes pane, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Probes

What does a model know, and does it know what it knows? A probe asks a checkpoint many questions
whose answers are known, once greedily, in other wordings, and K times at a temperature, and judges
each answer: **✓** correct, **✗** wrong, **○** abstained.

**g** the answers, **o** what they add up to by tier and by how well a fact is known, **d** the
detectors: how well the model's own signals tell what it knows. **w** follows one name through the
lab.

**n** starts a probe, a process of its own: it goes on when you leave. **x** stops it and keeps what
was answered, **r** goes on, **p** lists the probes there are, **e** exports.
"""

BINDINGS: list[BindingType] = [
    Binding("n", "new", "new", id="probes.new"),
    Binding("p", "list", "probes", id="probes.list"),
    Binding("x", "halt", "stop", id="probes.stop"),
    Binding("r", "resume", "resume", id="probes.resume"),
    Binding("g", "view('answers')", "answers", show=False, id="probes.answers"),
    Binding("o", "view('outcomes')", "outcomes", show=False, id="probes.outcomes"),
    Binding("d", "view('detectors')", "detectors", show=False, id="probes.detectors"),
    Binding("w,slash", "view('name')", "one name", id="probes.name"),
    Binding("l", "follow", "follow", id="probes.follow"),
    Binding("f", "filter_outcome", "filter", id="probes.filter"),
    Binding("t", "filter_group", "tier", id="probes.tier"),
    Binding("e", "export", "export", id="probes.export"),
    Binding("escape", "back", "back", show=False, id="probes.back"),
]
"""Single letters; in the line where a name is typed they are text."""
