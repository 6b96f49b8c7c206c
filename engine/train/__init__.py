"""Training: recipes, data, optimizer, the loop, and the child process that runs it.

``recipe`` is free of torch; everything else here runs only inside a training process.
"""
