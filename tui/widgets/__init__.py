"""Widgets, a file each; all text from outside is drawn as plain text, never as markup.

Bases: ``words`` (text that is set again and again), ``piece_view`` and ``data_rows`` (lines of
which only those in sight are drawn), ``marking`` (text that the mouse marks in such lines),
``view_head`` (the names of a pane's views), ``prompt_box`` (where something is typed), ``choice``
(buttons that are on or off), ``curve`` (a curve in dots).

Of the frame: ``top_bar``, ``status_line``, ``key_line``, ``course_strip``.

``rail``, ``run_steps``                                    Pipeline
``data_*``                                                 Data
``token_*``                                                Tokens
``column``, ``columns``, ``sampling_strip``, ``inspector`` Compare
``chat_*``, ``message_box``, ``context_meter``, ``find_bar``, ``tool_tabs``   Chat & Tools
``probe_*``                                                Probes
``rl_*``                                                   RL
``runs_*``                                                 Runs
"""
