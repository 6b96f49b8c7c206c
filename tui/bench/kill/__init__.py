"""Kills the app at random moments: what was on the screen as kept has to be on the disk.

``bench``       starts the app, has it used, kills it, and compares
``app``         what is killed: an engine, a tool and a truth that answer what can be told apart
``training``    goes on over the app's end
``probing``     likewise
``screen``      what stood on the terminal
``person``      who uses it
``watched``     the form of what is looked for
``seen``        what of it stood on the screens of one visit

Each other module is a subject: what a person does there, what then stands on the screen as kept,
and what of that is on the disk.
"""
