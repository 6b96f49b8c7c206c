"""The guided course: steps that set the lab up, ask for one action, and see what came of it.

- ``facts``: what a pane can tell (the journal, ``tui.journal``, carries it);
- ``conditions``: what a step asks of a fact, a small table and never code;
- ``steps``, ``setups``, ``words``: what a course is made of;
- ``reading``: a folder of Markdown files as a course, strictly checked;
- ``guide``: where somebody is in a course, and what has come true;
- ``stage``: sets the panes up; ``desk``: the course in the app.

Only the last two know of the screen. ``lecture/`` is the course that comes with the lab;
docs/course.md says how to write another.
"""
