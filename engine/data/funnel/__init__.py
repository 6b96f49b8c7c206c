"""The funnel: from the pages of a crawl to texts worth training on, rule by rule (FineWeb's order).

``document`` is what goes through; ``rules`` names every rule with its published threshold, in
order; ``filtering`` takes one page through the rules that need no other page (``url_rules``,
``extraction``, ``language``, ``gopher_repetition``, ``gopher_quality``, ``c4``, ``fineweb``);
``minhash`` finds pages that are nearly alike; ``pii`` masks; ``decontamination`` takes out held-out
questions. ``run`` does all of it to files (``sources``, ``plan``) and resumes: ``stages`` over
``parts`` by ``workers`` (``tasks``, ``clustering``, ``finishing``, ``merging``), or handed out by
datatrove (``datatrove_executor``); ``jobs`` and ``running`` make that a process of its own.
``results`` reads what a run has left (``browsing``, in a process of its own for whoever shows it),
``truth`` holds it against the labels of the pocket web, and ``ship`` makes the small run that comes
with the lab.
Nothing here imports torch.
"""
