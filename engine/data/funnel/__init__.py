"""The funnel: from the pages of a crawl to texts worth training on, rule by rule (FineWeb's order).

``document`` is what goes through; ``rules`` names every rule with its published threshold, in
order; ``filtering`` takes one page through the rules that need no other page (``url_rules``,
``extraction``, ``language``, ``gopher_repetition``, ``gopher_quality``, ``c4``, ``fineweb``);
``minhash`` finds pages that are nearly alike; ``pii`` masks; ``decontamination`` takes out held-out
questions. ``run`` does all of it to files with several processes and resumes; ``results`` reads
what a run has left, and ``truth`` holds it against the labels of the pocket web.
Nothing here imports torch.
"""
