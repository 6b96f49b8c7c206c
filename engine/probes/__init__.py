"""What does a model know, and does it know what it knows? Questions, answers, judges, detectors.

``question`` is what is asked, ``record`` what came of it. ``makers`` write questions (the pocket
web's facts, a user's file, any document), ``judges`` hold answers against the truth. ``prompts``
puts questions to a model, ``asking`` draws the answers in batches, ``knowledge`` says how well a
fact is known, ``agreement`` and ``detectors`` tell known from unknown, ``metrics`` measure them.

A probe is a folder and a process of its own that can be stopped and resumed: ``plan`` says what it
does, ``jobs`` starts it, ``probing`` carries it out, ``store`` keeps its files and ``reader`` looks
into them, ``figures`` sums it up and ``report`` writes it out.

``asking``, ``probing``, ``detectors`` with what they stand on, and ``makers.local_writer`` need
torch. The others never import it: the terminal app reads a probe's folder with them.
"""
