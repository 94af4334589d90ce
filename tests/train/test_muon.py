"""Muon against torch's own, and against what its step is for."""

import pytest
import torch

from train.config import OptimizerSettings
from train.muon import Muon, orthogonal
from train.optimizers import build_optimizer

SETTINGS = OptimizerSettings(name="muon", lr=0.01, matrix_rate=1.0, weight_decay=0.1)


def trained(optimizer: torch.optim.Optimizer, parameters: list[torch.nn.Parameter]) -> None:
    """Three steps with the same gradients."""
    dice = torch.Generator().manual_seed(5)
    for _ in range(3):
        for parameter in parameters:
            parameter.grad = torch.randn(parameter.shape, generator=dice)
        optimizer.step()


def parameters_of(*shapes: tuple[int, ...]) -> list[torch.nn.Parameter]:
    """Parameters that are the same in each call."""
    dice = torch.Generator().manual_seed(3)
    return [torch.nn.Parameter(torch.randn(shape, generator=dice)) for shape in shapes]


@pytest.mark.parametrize("shape", [(24, 24), (8, 32), (48, 12)])
def test_all_directions_become_equally_long(shape: tuple[int, int]) -> None:
    matrices = torch.randn((3, *shape), generator=torch.Generator().manual_seed(1))

    lengths = torch.linalg.svdvals(orthogonal(matrices))

    assert lengths.min() > 0.6
    assert lengths.max() < 1.25


@pytest.mark.parametrize("shape", [(24, 24), (8, 32), (48, 12)])
def test_matrices_move_as_torchs_muon_moves_them(shape: tuple[int, int]) -> None:
    ours, theirs = parameters_of(shape, shape), parameters_of(shape, shape)
    reference = torch.optim.Muon(
        theirs, lr=SETTINGS.lr, weight_decay=SETTINGS.weight_decay, adjust_lr_fn="match_rms_adamw"
    )

    trained(Muon(ours, ours, SETTINGS), ours)
    trained(reference, theirs)

    # torch iterates in bf16, which has eight bits.
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, other, atol=2e-3)
        assert not torch.equal(mine, other)


def test_all_else_moves_as_adamw_moves_it() -> None:
    ours, theirs = parameters_of((6, 4), (5,)), parameters_of((6, 4), (5,))
    reference = build_optimizer(theirs, OptimizerSettings(lr=0.01, weight_decay=0.1))

    trained(Muon(ours, [], SETTINGS), ours)
    trained(reference, theirs)

    for mine, other in zip(ours, theirs, strict=True):
        assert torch.equal(mine, other)


def test_a_state_goes_on_as_if_it_had_not_been_interrupted() -> None:
    straight, resumed = parameters_of((6, 4), (5,)), parameters_of((6, 4), (5,))
    first, second = build_optimizer(straight, SETTINGS), build_optimizer(resumed, SETTINGS)
    trained(first, straight)
    trained(second, resumed)
    third = build_optimizer(resumed, SETTINGS)
    third.load_state_dict(second.state_dict())

    trained(first, straight)
    trained(third, resumed)

    for mine, other in zip(straight, resumed, strict=True):
        assert torch.equal(mine, other)


def test_the_rate_of_matrices_is_a_multiple() -> None:
    slow, fast = parameters_of((6, 4)), parameters_of((6, 4))
    four = OptimizerSettings(name="muon", lr=0.01, matrix_rate=4.0, weight_decay=0.0)
    one = OptimizerSettings(name="muon", lr=0.04, matrix_rate=1.0, weight_decay=0.0)

    trained(build_optimizer(slow, four), slow)
    trained(build_optimizer(fast, one), fast)

    assert torch.allclose(slow[0], fast[0])
