"""The numbered panes: a subject each, imported and mounted when first gone to (``making``).

``pane`` is what each of them is to the frame. A pane has its class in a file of its name
(``pipeline``, ``data``, ``tokens``, ``compare``, ``chat``, ``probes``, ``rl``, ``runs``), its keys
and its help in ``*_keys``, its look in a ``.tcss`` beside it. What it does lies in classes of
their own, which know the pane by a ``Protocol`` or a few callables:

``choosing``, ``steering``, ``control``   for several panes: a model, a training, work on disk
``streaming``, ``answer_keeping``         Compare: answers on their way, and kept;
``compare_memory``                        as it was left
``partner``, ``asking``, ``talking``      Chat: whom one talks to, what is asked, how it comes back;
``deciding``, ``chat_dialogs``            calls decided about, and the dialogs;
``shelf``, ``keeping``, ``chat_memory``   the conversations of before, written as they grow
``data_running``, ``probing``             runs of the funnel, and probes: begun, stopped, resumed
``following``                             Probes: one name through the lab
``rl_asking``                             RL: a problem put to the parent and to what came of it
``runs_drawing``, ``runs_keeping``        Runs: which curves are drawn; notes, trash, files
``tokens_opening``, ``tokens_working``    Tokens: tokenizers opened; merges, conversations, learning
"""
