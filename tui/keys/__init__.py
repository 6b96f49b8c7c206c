"""The keys of the lab: every binding there is, which of them stand in each other's way, and what a
person has chosen instead.

``frame_keys``  the bindings of the frame; ``catalogue`` all there are, by their ids
``names``       what keys are called; ``listing`` all of them as a list, ``help_text`` those of here
``lab_keys``    the keys that hold in a running app
``choosing``    a person's own, checked; ``clashes``: what would mean two things at once
``reach``       what can be reached at once, kept as data; ``places`` reads it off the classes
``targets``     what there is to jump to

Nothing here is needed to paint the first frame: the modules of the panes are imported when somebody
asks for all bindings.
"""
