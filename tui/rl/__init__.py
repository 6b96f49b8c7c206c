"""What the RL pane shows, without widgets: figures, the wall of attempts, words, warnings.

``watch`` keeps up with the runs on disk, ``history`` with a run's figures; ``gaming`` says when a
reward no longer means what it was meant to; ``wall_layout`` lays attempts out as cards,
``attempt_text`` shows one whole; ``before`` is a problem put to a run's parent and to its latest
checkpoint. ``head_text`` and ``figures_text`` say the rest, ``looks`` are the signs. No torch.
"""
