"""Teaching a model to say "I do not know" about what it does not know, and about nothing else.

The procedure of Llama 3 (arXiv 2407.21783, section 4.3.6), with truth known, as a stage of
training. ``snippets`` takes passages and ``asked`` makes questions of them; the model answers them
several times (``engine.probes``), which ``decide`` turns into what to answer and what to refuse;
``refusals`` writes the conversations and ``corpus`` the documents to train on; ``development``
says when to stop, and ``line`` where the line comes to stand. ``pipeline`` runs the steps: each is
a file in the run's folder, so that a run goes on where it was.
"""
