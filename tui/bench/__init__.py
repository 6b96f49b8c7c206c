"""Measurements of the terminal app, each in a pseudo-terminal and against a scripted lab.

``startup`` is its first paint, ``tui`` how fast a key press shows, ``memory`` what an hour of
streaming leaves, ``scroll`` a long conversation; ``kill`` ends it at random moments.
``terminal`` types and waits, ``lively`` is the app in which everything moves, ``everywhere`` goes
to all of its places, with ``large_vocabulary`` in one of them.

``scripted``, ``scripted_chat``, ``scripted_funnels`` and ``scripted_probes`` are the lab without a
model; the tests use them as well.
"""
