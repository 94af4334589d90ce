"""What is multiplied in: half precision, where weights or what is learned may be kept in fp32."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}


@contextmanager
def autocast(device: torch.device, dtype: torch.dtype) -> Iterator[None]:
    """Let fp32 matrices, as those of a LoRA, be multiplied in a dtype.

    With avx512_bf16 a step of the miniature so takes two thirds of its time. On a processor
    attention is then computed by plain products: backwards, its flash kernel takes four times as
    long in bf16 as in fp32 (torch 2.13, AMD Genoa).
    """
    with ExitStack() as stack:
        if dtype != torch.float32:
            stack.enter_context(torch.autocast(device.type, dtype=dtype))
            if device.type == "cpu":
                stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        yield
