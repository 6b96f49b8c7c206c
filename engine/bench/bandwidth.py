"""How fast this machine reads memory: the limit of decoding one row, which reads every weight once.

A child process, as its threads are torch's. The array is of the size of the weights in question:
what fits a processor's cache is read faster than what does not.
"""

from __future__ import annotations

import time

import torch

from engine.bench.child import serve

READS = 5


class Bandwidth:
    """An array of numbers to read.

    Args:
        n_bytes: the most that will be asked for.
    """

    def __init__(self, n_bytes: int) -> None:
        self._array = torch.ones(n_bytes // 8 + 1, dtype=torch.float64)

    def bytes_per_s(self, n_bytes: int) -> float:
        """The quickest of some reads of ``n_bytes``, by all threads together.

        Two ways to read are tried, as either is the quicker one on some machine: a sum, and the
        product of a matrix and a vector.
        """
        n = max(1, n_bytes // 8)
        integers, floats = self._array[:n].view(torch.int64), self._array[:n].view(torch.float32)
        width = min(1024, floats.numel())
        matrix = floats[: floats.numel() // width * width].view(-1, width)
        vector = torch.zeros(width)
        best = 0.0
        for _ in range(READS):
            began = time.perf_counter()
            integers.sum()
            middle = time.perf_counter()
            torch.mv(matrix, vector)
            ended = time.perf_counter()
            best = max(best, integers.nbytes / (middle - began), matrix.nbytes / (ended - middle))
        return best


if __name__ == "__main__":
    serve(Bandwidth)
