"""The one place that imports numba, so that the kernels stay typed for everyone else."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.signedinteger[Any]]
Bytes = NDArray[np.uint8]

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def kernel(function: AnyFunction) -> AnyFunction:
    """Compile a function of numbers and arrays; the machine code is kept on disk.

    A product and a sum may fuse into one step; sums keep their order.
    """
    compiled = numba.njit(cache=True, error_model="numpy", nogil=True, fastmath={"contract"})(
        function
    )
    return cast("AnyFunction", compiled)
