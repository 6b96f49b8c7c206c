"""Dialogs: questions that a key press raises. Each gives one value to whoever pushed it, or None.

``dialog``   what all of them are: a box, escape, a result that is given once
``form``     a few typed lines; ``listed`` a list of which one is chosen; ``confirm`` yes or no

Of the frame: ``help``, ``jump``, ``history``, ``settings``, ``keys`` and ``press_key``, ``course``,
``export``, ``small_terminal``.

Models and trainings: ``picker``, ``connect_form``, ``import_form``, ``sampling_form``,
``start_run``, ``rl_form``, ``card`` (a model's).

Of one pane: ``call_editor``, ``past_chats``, ``tool_bench`` and ``tool_policies`` (Chat);
``data_form`` and ``data_threshold``; ``probe_form``; ``rl_attempt``; ``runs_export`` and
``runs_figure``; ``tokens_file``, ``tokens_picker`` and ``tokens_talk``.
"""
