"""The library under the lab: model, cache, sampling, tokenizer, checkpoints, server and client.

Modules that import torch: ``model``, ``kvcache``, ``decode``, ``native_decode``, ``sampling``,
``generate``, ``hf_config``, ``hf_format``, ``checkpoint`` (weights), and everything in ``train``,
``evals``, ``bench`` and ``server`` that runs a model.
Modules that never do, so that the terminal app may import them: ``errors``, ``paths``, ``files``,
``special``, ``tokenizer``, ``detokenize``, ``stop_strings``, ``sampling_params``, ``events``,
``request``, ``row``, ``precision``, ``conversation``, ``wire``, ``protocol``, ``endpoint``, ``connection``,
``launch``, ``client``, ``native``, ``manifest``, ``runs``, ``train.recipe`` and ``data``.
"""

__version__ = "0.1.0"
