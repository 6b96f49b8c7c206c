"""Reinforcement learning from rewards that can be checked (stage ``rl``).

Without torch: ``plan`` holds the presets (GRPO, Dr. GRPO, DAPO, keeping the good ones, expert
iteration), ``check`` says early what cannot be begun, ``record`` is what a step leaves on disk,
``store`` writes it, ``thinning`` says which steps stay and ``reader`` reads them, ``advantages``
compares the attempts of a group and ``metrics`` counts.

With torch, in the order of a step: ``rollouts`` draws groups of attempts with the serving engine
and rewards them (``rollout``), ``batch`` lays them out, ``policy`` says how likely each token is,
``loss`` is what is made small, ``learning`` makes the updates, ``loop`` is the training and
``prepare`` what it begins with. ``comparison`` holds the presets against each other.
"""
