"""What a model can call. Nothing yet: no checkpoint has learned to. Will never import torch."""
