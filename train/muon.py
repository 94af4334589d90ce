"""Muon: a matrix moves by its momentum with all directions made equally long.

Keller Jordan, "Muon: an optimizer for hidden layers in neural networks" (2024); the step is as long
as AdamW's, after Liu et al., "Muon is scalable for LLM training" (2025). What is no matrix, or not
asked for, moves by AdamW. torch's own Muon iterates in bf16, matrix by matrix, which processors
without bf16 do slowly; here matrices of one shape go together, in fp32.
Letters in names of tensors: N matrices of one shape, R and C their rows and columns.
"""

from collections.abc import Iterable

import torch
from torch.optim.adamw import adamw

from train.config import OptimizerSettings
from train.processes import Processes

# Of the iteration: an odd polynomial that is steep at 0 and stays near 1 behind it.
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
MOMENTUM = 0.95
# What AdamW's steps are long on average, as a share of its rate.
ADAMW_STEP = 0.2
TINY = 1e-7
# Axes of what it can move.
MATRIX = 2


class Muon(torch.optim.Optimizer):
    """Muon for some matrices, AdamW for all else.

    Args:
        parameters: all of them.
        matrices: those that Muon moves.
        settings: rate and decay of both, moments of AdamW; `matrix_rate` multiplies the rate.
        processes: that share the work, each with the same parameters and gradients.
    """

    def __init__(
        self,
        parameters: list[torch.nn.Parameter],
        matrices: Iterable[torch.nn.Parameter],
        settings: OptimizerSettings,
        processes: Processes | None = None,
    ) -> None:
        # A state that is loaded keeps AdamW's count of steps where its fused kernel wants it.
        super().__init__(parameters, {"lr": settings.lr, "fused": True})
        self._settings, self._processes = settings, processes
        self._by_shape: dict[tuple[int, ...], list[torch.Tensor]] = {}
        for matrix in matrices:
            self._by_shape.setdefault(tuple(matrix.shape), []).append(matrix)
        apart = {id(matrix) for alike in self._by_shape.values() for matrix in alike}
        self._others = [parameter for parameter in parameters if id(parameter) not in apart]

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no loop here has a closure
        """Move all parameters; every one has a gradient."""
        rate = float(self.param_groups[0]["lr"])
        self._move_matrices(rate * self._settings.matrix_rate)
        self._move_others(rate)

    def _move_matrices(self, rate: float) -> None:
        shapes = list(self._by_shape.values())
        directions = self._orthogonal([self._ahead(alike) for alike in shapes])
        for alike, moved_NRC in zip(shapes, directions, strict=True):
            length = rate * ADAMW_STEP * max(moved_NRC.shape[1:]) ** 0.5
            torch._foreach_mul_(alike, 1 - rate * self._settings.weight_decay)
            torch._foreach_add_(alike, list(moved_NRC.unbind()), alpha=-length)

    def _ahead(self, alike: list[torch.Tensor]) -> torch.Tensor:
        """Momenta with the gradient, and as if they had taken it once more (Nesterov): N×R×C."""
        gradients = [_gradient(matrix) for matrix in alike]
        momenta = []
        for matrix in alike:
            state = self.state[matrix]
            if not state:
                state["momentum"] = torch.zeros_like(matrix)
            momenta.append(state["momentum"])
        torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
        return torch.stack(gradients).lerp(torch.stack(momenta), MOMENTUM)

    def _orthogonal(self, shapes: list[torch.Tensor]) -> list[torch.Tensor]:
        """N×R×C of each shape; several processes share the work, and add up their parts."""
        processes = self._processes
        if processes is None or processes.count == 1:
            return [orthogonal(matrices_NRC) for matrices_NRC in shapes]
        mine = slice(processes.rank, None, processes.count)
        parts = [torch.zeros_like(matrices_NRC) for matrices_NRC in shapes]
        for part_NRC, matrices_NRC in zip(parts, shapes, strict=True):
            part_NRC[mine] = orthogonal(matrices_NRC[mine])
        flat = processes.gathered(torch.cat([part_NRC.flatten() for part_NRC in parts]))
        whole = torch.split(flat, [part_NRC.numel() for part_NRC in parts])
        return [w.view_as(part_NRC) for w, part_NRC in zip(whole, parts, strict=True)]

    def _move_others(self, rate: float) -> None:
        settings, states = self._settings, [self.state[parameter] for parameter in self._others]
        for parameter, state in zip(self._others, states, strict=True):
            if not state:
                state["step"] = torch.zeros((), device=parameter.device)
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
        adamw(
            list(self._others),
            [_gradient(parameter) for parameter in self._others],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            fused=True,
            amsgrad=False,
            beta1=settings.betas[0],
            beta2=settings.betas[1],
            lr=rate,
            weight_decay=settings.weight_decay,
            eps=settings.eps,
            maximize=False,
        )


def _gradient(parameter: torch.Tensor) -> torch.Tensor:
    """Raises ValueError where there is none."""
    if parameter.grad is None:
        raise ValueError("a parameter without a gradient cannot be moved")
    return parameter.grad


def orthogonal(matrices_NRC: torch.Tensor) -> torch.Tensor:
    """Matrices with their singular values brought near 1 (.7 to 1.2): N×R×C."""
    first, second, third = QUINTIC
    upright = matrices_NRC.shape[1] > matrices_NRC.shape[2]
    found_NRC = matrices_NRC.mT if upright else matrices_NRC
    found_NRC = found_NRC / (found_NRC.norm(dim=(1, 2), keepdim=True) + TINY)
    for _ in range(ITERATIONS):
        square_NRR = found_NRC @ found_NRC.mT
        step_NRR = torch.baddbmm(square_NRR, square_NRR, square_NRR, beta=second, alpha=third)
        found_NRC = torch.baddbmm(found_NRC, step_NRR, found_NRC, beta=first)
    return found_NRC.mT if upright else found_NRC
