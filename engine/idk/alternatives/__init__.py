"""The other ways to keep a model from making things up, on the same questions, in one table.

``ways`` asks a checkpoint differently without changing it (a sentence, examples, search),
``threshold`` refuses for it where it is unsure. ``rtuning`` and ``pairs`` are what R-Tuning and DPO
train on instead of the lab's own conversations; ``trained`` sees to their runs, which share what
``asked_once`` found the parent to know. ``measured`` keeps each answer as it comes, ``rows`` makes
figures of them, and ``compare`` goes from row to row.
"""
