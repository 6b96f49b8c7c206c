"""What runs in the jail's own processes, never in the lab's: the zygote and its children.

``zygote`` is the process that imports sympy once and forks, by the lab's ``orders``; ``prepare``
makes it ready. ``confine`` is the order in which a child gives everything away; ``namespaces``,
``landlock``, ``seccomp`` (with ``syscalls``, its tables) and ``limits`` are its steps, ``kernel``
the calls below them, ``canary`` the check that they hold. ``program`` runs a model's code and
``maths`` the trusted functions. ``frames`` and ``status`` are the wire to the lab, which imports
these two and ``orders``, and nothing else.

The zygote is started with nothing but this folder's parent on its path: standard library and
relative imports only.
"""
