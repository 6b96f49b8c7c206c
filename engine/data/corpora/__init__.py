"""Texts to train on, by name: of the Hugging Face hub, of a folder, of a run of the funnel.

``opening`` resolves a name; ``corpus`` is what every corpus can do; ``local`` reads files, and
``plain_text`` takes the tags off pages that no funnel has seen, as Common Crawl's WET files do.
``sampling`` takes a bounded part of one. ``hub_spec`` reads ``hf:`` names, ``hub`` lists a data
set's shards at one commit, ``shards`` fetches them one at a time, ``hub_http`` speaks to the
server. Nothing here imports torch.
"""

from engine.data.corpora.corpus import Corpus, Progress, no_progress
from engine.data.corpora.opening import absolute_spec, open_corpus

__all__ = ["Corpus", "Progress", "absolute_spec", "no_progress", "open_corpus"]
