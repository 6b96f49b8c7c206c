"""The engine process: ``python -m engine.server``.

``__main__``  the command: lock, socket, event loop, leaving when idle
``listen``    one engine a folder, on an owner-only socket
``app``       the HTTP routes; runs on the event loop and never computes
``stream``    the bounded mailbox between the worker thread and one HTTP response
``worker``    the one thread that owns torch: takes requests, steps all of them in turn
``shelf``     the checkpoints in memory
``backend``   what the worker asks of a model (torch-free protocols)
``torch_backend``  the real one
"""
