"""The terminal app and the command line. Nothing here imports torch.

``app`` is the frame, ``panes`` its subjects, ``widgets`` and ``screens`` what they are made of;
``services`` says what they ask of the engine. Without Textual: ``answers`` and ``transcript`` (an
answer as lines), ``token_layout`` (wrapping), ``run_history`` (a training run's numbers),
``sampling``, ``format``, ``safe_text``. ``cli`` is the command line, ``bench`` the measurements.
"""
