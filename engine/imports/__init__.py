"""Models that others trained, brought in: a Hugging Face folder, the hub, or a GGUF file.

``source`` finds out which and installs the result, ``hf_folder``, ``hub`` and ``gguf_model`` fill
the new folder (``gguf_tokens`` reads a vocabulary, torch-free), ``check`` holds any folder against
what the lab can run. Nothing of a model is ever executed: weights are safetensors or GGUF, never a
pickle, and code beside them is not read.
"""
