"""Training: recipes, data, optimizer, the loop, and the child process that runs it.

``corpus`` is what the stages train on, of the pocket web; ``own_texts`` reads any other corpus for
a base run (``reading`` makes documents of its texts). ``packing`` puts documents into rows, and
``objective`` says what of them is learned. ``recipe`` and ``following``, which waits for a run's
process, are free of torch; everything else here runs only inside it.
"""
