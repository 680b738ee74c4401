"""How many FLOP/s this machine's matrix products reach under PyTorch, as one JSON line."""

import json
import sys
import time

import torch


def rate(dtype, side, seconds):
    """Best of the products of two [side, side] matrices within `seconds`, in FLOP/s."""
    a, b = (torch.rand(side, side).to(dtype) for _ in range(2))
    best = 0.0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        before = time.perf_counter()
        torch.matmul(a, b)
        best = max(best, 2 * side**3 / (time.perf_counter() - before))
    return best


side = int(sys.argv[1])
rates = {str(dtype).removeprefix("torch."): rate(dtype, side, 2.0) for dtype in (torch.float32, torch.bfloat16)}
print(json.dumps({**rates, "torch": torch.__version__, "threads": torch.get_num_threads()}))
