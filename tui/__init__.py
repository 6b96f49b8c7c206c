"""The terminal app and the command line. Nothing here imports torch.

The frame:

``start``, ``app``, ``doors``, ``leaving``      opening it, what it is, what its keys open, its end
``engine_care``, ``lab_watch``, ``remembering`` its engine, its runs on disk, where one left off
``background``, ``child_job``, ``importing``    work that goes on beside the screen
``services``, ``servers``, ``truth``, ``web``   what it asks of the rest; itself in a browser
``crash``, ``facts``, ``saying``, ``notes``     what goes wrong, and how it is said
``themes``, ``ascii``, ``grounds``, ``driver``  colours, terminals that have few signs, input
``journal``, ``telling``, ``run_facts``         what came true, for whoever listens
``looking_back``, ``clipboard``                 the history opened again; copying

What panes are made of: ``panes`` the numbered subjects, ``widgets`` and ``screens`` their parts,
``settings``, ``keys``, ``commands``, ``state``, ``export`` and ``course`` what they all share.

Without Textual's widgets: ``chat``, ``data``, ``probes``, ``rl``, ``runs`` and ``tokens``, a folder
for each of those panes. For Compare ``lane``, ``models``, ``sampling``, ``sampling_fields``,
``lending``, ``reader``, ``stream``, ``answers``, ``answer_record``, ``token_layout`` and
``transcript`` (an answer from its request to its lines). For Pipeline ``stages``, ``run_watch``,
``run_history``, ``run_steps``, ``pipeline_text`` and ``steps_text``. For all of them ``format``,
``typed`` (numbers written and read), ``safe_text`` and ``safe_lines`` (what cannot steer the
terminal), ``pieces``, ``folding`` and ``braille`` (drawing), ``history_text``.

``cli`` is the command line, ``bench`` the measurements.
"""
