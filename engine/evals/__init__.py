"""What a checkpoint can do, held against the truth: facts by exposure, skills, bits per byte.

``tasks`` and ``verified`` measure; ``ship`` puts a checkpoint where shipped ones lie, with its
``card`` (``card_rl``, ``rl_curve``), and ``ship_run`` a run of the stage ``rl`` to be replayed.
"""
