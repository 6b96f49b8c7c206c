"""What the Probes pane knows of a probe: its answers, what they add up to, and the words for it.

No widget lives here. ``source`` finds probes on disk and ``watch`` keeps up with them; ``book``
holds one's questions and records, ``tally`` counts them; ``grid_layout``, ``answer_text``,
``tables``, ``detectors`` and ``head_text`` put them into words, ``plot`` into dots, and ``looks``
are the signs. ``noting`` keeps what a probe found for the history. ``chain`` (and ``chain_text``)
is one name followed through the lab: pages, answers of each stage, search; what the world has of a
name is an ``about``, made by the ``knower`` in a process of its own.
"""
