"""Libraries without types worth their import, loaded when first asked for.

diffusers shows type checkers place-holders in place of its classes. What comes from here is
`Untyped`, in one place rather than at every call.
"""

import importlib
from typing import Any, TypeAlias

Untyped: TypeAlias = Any


def library(name: str) -> Untyped:
    """A module of diffusers, transformers, peft or accelerate by its dotted name.

    torchvision, which most of them import, loads beside a torch of any build.
    """
    importlib.import_module("curate.torchvision_operators")
    return importlib.import_module(name)
