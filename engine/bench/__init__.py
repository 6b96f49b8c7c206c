"""Measurements of the engine that a person can repeat: ``llmlab bench decode``.

``decode`` gives out the work, a module for each section: ``batches``, ``quality``, ``ragged``,
``arrivals``, ``speculate``, ``prefix``. Contenders are processes: ``ours``, ``peer``
(transformers), ``llama``, ``uncached``; ``bandwidth`` reads memory. ``child`` is the pipe to them.

``rollouts`` is a bench of its own: a step of reinforcement learning by ``rl``, its attempts by
``peer`` as well; ``attempts`` says what they answer. ``tools`` measures what a model can call,
``tokenize`` what the lab adds to the libraries that cut text, and how long an edit takes. ``data``
measures the funnel beside datatrove: turns by ``data_turn``, the other's by ``data_peer``.
"""
