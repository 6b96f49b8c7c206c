"""The pocket web: a seeded closed world, the pages written about it, and the truth behind them.

``names`` and ``lexicon`` are the raw words; ``entities`` the records; ``world`` draws the people,
towns, schools, rivers, inventions and books; ``phrases`` holds statements and questions;
``people_pages``, ``place_pages``, ``skills`` and ``stories`` write documents; ``web`` assembles
them to the wanted exposures and counts; ``facts`` answers what is true and how often it stands on
a page; ``judge`` compares an answer with it; ``dialogue`` writes fine-tuning conversations.
Nothing here imports torch.
"""
