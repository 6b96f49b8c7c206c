"""The Data pane without its widgets: what a run of the funnel did, in words and aligned numbers.

``listed`` is a run as lists show it, ``source`` finds those on disk, ``watch`` keeps up with them,
and ``browser`` has a helper process read their tables; ``looks`` holds signs and colours,
``head_text`` the words above all views.
``funnel_text``, ``rule_text`` and ``truth_text`` say what a report says; ``pages`` and
``page_text`` are the pages that fell, the offending part marked, ``clusters`` and ``twins`` those
that are nearly alike, and ``chunks`` keeps of both what was lately looked at. ``moves`` is how
thresholds are moved, ``sample`` asks another helper process what that would do, and ``sample_text``
says it.
"""
