"""How many threads multiply small matrices: one, for more of them stand in torch's way."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[None]:
    """Multiply in one thread as long as this is entered.

    Threads of numpy's BLAS go on spinning behind a product that took a millisecond, on the cores
    that torch's next forward wants: on two cores that doubled what a look at a picture took.
    """
    limited: AbstractContextManager[None] = _pools().limit(limits=1, user_api="blas")
    return limited
