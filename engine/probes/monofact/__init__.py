"""Must a calibrated model make things up? The theorem of Kalai and Vempala, tried on small webs.

"Calibrated Language Models Must Hallucinate" (arXiv 2311.14648): whoever learns from pages drawn at
random and is calibrated invents at least about as large a share of what it states as the share of
training pages that state a fact which stands on no other one. ``law`` says how often facts are
talked about, ``pages`` draws a web by it, ``claims`` reads what a page states, ``estimates`` holds
the estimates and the bound; ``training`` makes a model of each web, ``draws`` lets it write and
asks how likely it holds a fact, ``experiment`` does a web after the other and can be resumed;
``report``, ``words`` and ``plot`` say what came of it.

``training``, ``draws`` and ``experiment`` import torch.
"""
