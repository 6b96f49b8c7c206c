"""The pocket web as a crawl: WARC files full of junk, and a label that says what each page is.

``build`` writes it. ``bundles`` makes articles of the web's documents, ``prose`` fills them up to
what Gopher's rules ask for and ``library`` numbers them;
``deck`` says which pages there are and in which order; ``captures`` writes one page of any kind.
An article (``article``, ``headlines``) is printed by one of the ``sites`` in its template
(``templates``, ``furniture``, ``html``) and damaged on its way (``flaws``). Junk: ``duplicates``,
``spam``, ``foreign`` (``foreign_phrases``), ``noise``, ``lengths``, ``leaks``, ``unreadable``;
``personal`` plants addresses. ``warc`` writes the files and ``labels`` the truth.
Nothing here imports torch.
"""
