"""What the Runs pane knows and says, without its widgets: runs, curves, where they came from.

``row`` is a run as the table has it, ``listing`` reads what takes reading of each, ``table`` has
the columns, sorted and filtered; ``watch`` keeps up with all of it in threads. ``curves`` holds a
run's figures in a memory that does not grow, ``drawing`` smooths and bins them, ``raster`` makes
cells of them and ``ticks`` the numbers at their edge. ``looks`` are signs and colours;
``detail_text``, ``lineage_text`` and ``disk_text`` say the rest, and ``contents`` is what a view
writes to a file.
"""
