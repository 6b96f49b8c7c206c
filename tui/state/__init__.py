"""What the lab keeps of what a person does: one SQLite file, ``lab.sqlite`` in the lab's folder.

Nothing in here knows of the screen, and all of it blocks, but for ``State.do``. The app holds a
``State`` (``app.state``); whoever wants to keep or find something says::

    await app.state.do(app.state.course.note, "lecture", "tokens", "done", {"n_tokens": 11})
    steps = await app.state.do(app.state.course.steps, "lecture")
    await app.state.do(app.state.kept.put, "course.offered", True)

Calls are done one after the other, in the order in which they were made, in a thread of their own;
when ``do`` has returned, what was written is on the disk. It raises ``StateError``, a sentence,
where it is not; ``app.remembering.say(error)`` says it, once. Where the file cannot be opened at
all, everything works as if it could, in memory (``State.on_disk`` is then False).

- ``database``: the connection, transactions; ``opening``: the file's ways to be wrong;
- ``schema``: the tables, and the steps from each older version to this one;
- ``salvage``: what can be read of a damaged file;
- ``conversations``, ``prompts``, ``decisions``, ``probes``, ``session``, ``course``, ``kept``: a
  class for each subject, over a ``Database``;
- ``history``: search over everything said and asked, from the ``entries`` that they leave there.
"""
