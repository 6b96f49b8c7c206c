"""How many bytes of weights one token costs: what memory bandwidth is to be divided by."""

from __future__ import annotations

from torch import nn

_TABLES = ("cos_SE", "sin_SE")


def bytes_per_token(model: nn.Module, embedding: str) -> int:
    """Bytes of all weights of ``model`` but its embedding, unless the head shares that one.

    Args:
        embedding: name of the module of which a token needs a single row.
    """
    tensors = [
        *model.named_parameters(remove_duplicate=False),
        *model.named_buffers(remove_duplicate=False),
    ]
    read = {
        tensor.data_ptr(): tensor.nbytes
        for name, tensor in tensors
        if not name.startswith(f"{embedding}.") and name.rpartition(".")[2] not in _TABLES
    }
    return sum(read.values())
