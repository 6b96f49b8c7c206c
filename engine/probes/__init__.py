"""What does a model know, and does it know what it knows? Questions, answers, judges, detectors.

``question`` is what is asked, ``record`` what came of it. ``makers`` write questions (the pocket
web's facts, a user's file, any document), ``judges`` hold answers against the truth, ``asking``
samples answers in batches, ``knowledge`` says how well a fact is known, ``detectors`` tell known
from unknown, ``metrics`` measure them. A probe is a ``job``: a folder and a process of its own that
can be stopped and resumed; ``report`` writes what it found.

``question``, ``record``, ``jobs``, ``metrics``, ``knowledge`` and ``report`` never import torch:
the terminal app reads a probe's folder with them.
"""
