"""A running average of weights: calmer than the last ones, and what ships."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

Named = Sequence[tuple[str, torch.nn.Parameter]]
PREFIX = "average."
# A young average follows quickly: behind n steps it keeps n in n + YOUNG of itself.
YOUNG = 10


class Average:
    """Follows parameters step by step.

    Attributes:
        named: the averages, as parameters that are not trained, to be kept in a state.
        steps: how many steps it followed.

    Args:
        parameters: by their names.
        keep: share of itself that an old average keeps in a step.
    """

    def __init__(self, parameters: Named, keep: float) -> None:
        self._parameters: list[torch.Tensor] = [parameter for _, parameter in parameters]
        self._keep = keep
        self.steps = 0
        self.named = [
            (PREFIX + name, torch.nn.Parameter(p.detach().clone(), requires_grad=False))
            for name, p in parameters
        ]

    @torch.no_grad()
    def follow(self, *_: object) -> None:
        """Take the parameters as they are behind a step; a hook of optimizers."""
        self.steps += 1
        keep = min(self._keep, self.steps / (self.steps + YOUNG))
        averages: list[torch.Tensor] = [average for _, average in self.named]
        # One call for hundreds of small tensors.
        torch._foreach_lerp_(averages, self._parameters, 1 - keep)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the networks be the average meanwhile."""
        learned = [parameter.data for parameter in self._parameters]
        for parameter, (_, average) in zip(self._parameters, self.named, strict=True):
            parameter.data = average.data
        try:
            yield
        finally:
            for parameter, data in zip(self._parameters, learned, strict=True):
                parameter.data = data
