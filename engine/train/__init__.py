"""Training: recipes, data, optimizer, the loop, and the child process that runs it.

``recipe`` and ``following``, which waits for that process, are free of torch; everything else here
runs only inside it.
"""
