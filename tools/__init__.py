"""What a model can call: a calculator, Python in a jail, search; by a person too. Never torch.

``tool`` says what a tool is and ``registry`` which there are; ``result`` is what a call comes to.
``calculator`` computes, ``python`` runs code in a jail, ``search`` asks one of several providers;
``maths`` is symbolic maths in that jail. ``builtin`` puts them together as ``settings`` say.
A tool of another package: an entry point of the group ``llmlab.tools`` (see ``registry``).
"""
