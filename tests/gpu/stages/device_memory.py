"""How much of the device's memory is in use, by whatever process."""

import functools

from stages.stage import NotRun


@functools.cache
def _torch(device):
    import torch  # Makes a context on the device, which stays the same size.

    if not torch.cuda.is_available():
        raise NotRun("PyTorch sees no CUDA device")
    torch.zeros(1, device=device)
    return torch


def used_bytes(context):
    free, total = _torch(context.device).cuda.mem_get_info(context.device)
    return total - free


def total_bytes(context):
    return _torch(context.device).cuda.mem_get_info(context.device)[1]
