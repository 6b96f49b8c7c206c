"""The keys of the lab: every binding there is, which of them stand in each other's way, and what a
person has chosen instead.

Nothing here is needed to paint the first frame: the modules of the panes are imported when somebody
asks for all bindings.
"""
