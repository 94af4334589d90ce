"""Schedules, samplers and guidance, as ComfyUI has them for flow models.

A picture at sigma is (1 - sigma) of itself and sigma of noise. Knows no model by name: a denoiser
tells the clean picture that it expects behind a noisy one.
"""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import torch

from train.settings import SHIFT, SamplerSettings

Denoiser = Callable[[torch.Tensor, float], torch.Tensor]
Velocity = Callable[[torch.Tensor, float, torch.Tensor], torch.Tensor]
Noise = Callable[[], torch.Tensor]

TABLE = 1000
# er_sde has no finite ratio of noise to picture at 1, so it begins this far below.
NEARLY_ONE = 1 - 1e-4
QUADRATURE = 200
MAX_STAGE = 3
SECOND, THIRD = 2, 3


def shifted(sigma: float, shift: float) -> float:
    """A sigma moved towards noise."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def simple_schedule(steps: int, shift: float = SHIFT) -> list[float]:
    """ComfyUI's `simple`: every so many rows of a table of 1000 shifted sigmas, then 0."""
    rows = (TABLE - int(i * TABLE / steps) for i in range(steps))
    return [*(shifted(row / TABLE, shift) for row in rows), 0.0]


def euler(denoise: Denoiser, noisy: torch.Tensor, sigmas: list[float]) -> torch.Tensor:
    """Follow the velocity in straight lines; `noisy` is of the first sigma."""
    for here, there in itertools.pairwise(sigmas):
        clean = denoise(noisy, here)
        noisy = clean + (noisy - clean) * (there / here)
    return noisy


class Step(NamedTuple):
    """What er_sde multiplies in one step: the old picture, the clean one, its slopes, noise."""

    old: float
    clean: float
    slope: float
    bend: float
    noise: float


def er_sde_step(here: float, there: float, s_noise: float = 1.0) -> Step:
    """Coefficients of ER-SDE-Solver-3 (arXiv 2309.06169) between two sigmas, the second over 0."""
    before, after = _ratio(here), _ratio(there)
    scale = 1 - there
    shrink = _phi(after) / _phi(before)
    width = (before - after) / QUADRATURE
    nodes = [after + k * width for k in range(QUADRATURE)]
    area = width * sum(1 / _phi(node) for node in nodes)
    moment = width * sum((node - before) / _phi(node) for node in nodes)
    gap = after - before
    variance = after**2 - before**2 * shrink**2
    return Step(
        old=scale / (1 - here) * shrink,
        clean=scale * (1 - shrink),
        slope=scale * (gap + area * _phi(after)),
        bend=scale * (gap**2 / 2 + moment * _phi(after)),
        noise=scale * s_noise * math.sqrt(max(0.0, variance)),
    )


def er_sde(  # noqa: PLR0913 - the solver's own settings, by keyword
    denoise: Denoiser,
    noisy: torch.Tensor,
    sigmas: list[float],
    noise: Noise,
    *,
    shift: float = SHIFT,
    max_stage: int = MAX_STAGE,
    s_noise: float = 1.0,
) -> torch.Tensor:
    """ER-SDE-Solver-3. Its first step all but forgets the first noise and draws anew.

    Args:
        denoise: expects a clean picture.
        noisy: of the first sigma.
        sigmas: from noise to 0.
        noise: normal numbers of the picture's shape, once a step but the last.
        shift: of the schedule, for a first sigma of 1.
        max_stage: how many slopes of the clean picture are followed, less one.
        s_noise: share of the noise that is added.
    """
    if sigmas[0] >= 1:
        sigmas = [shifted(NEARLY_ONE, shift), *sigmas[1:]]
    clean_before = slope_before = None
    for i, (here, there) in enumerate(itertools.pairwise(sigmas)):
        clean = denoise(noisy, here)
        if there == 0:
            return clean
        by = er_sde_step(here, there, s_noise)
        noisy = by.old * noisy + by.clean * clean
        if max_stage >= SECOND and clean_before is not None:
            slope = (clean - clean_before) / (_ratio(here) - _ratio(sigmas[i - 1]))
            noisy = noisy + by.slope * slope
            if max_stage >= THIRD and slope_before is not None:
                bend = (slope - slope_before) / ((_ratio(here) - _ratio(sigmas[i - 2])) / 2)
                noisy = noisy + by.bend * bend
            slope_before = slope
        noisy = noisy + by.noise * noise()
        clean_before = clean
    return noisy


def _ratio(sigma: float) -> float:
    """Noise to picture."""
    return sigma / (1 - sigma)


def _phi(ratio: float) -> float:
    """The solver's measure of noise: its default, ER-SDE 5."""
    return ratio * (math.exp(ratio**0.3) + 10)


def draw(  # noqa: PLR0913 - all but two by keyword
    velocity: Velocity,
    shape: tuple[int, ...],
    *,
    seeds: list[int],
    rows: torch.Tensor,
    negative: torch.Tensor | None,
    settings: SamplerSettings,
) -> torch.Tensor:
    """Draw some pictures at once, each as if drawn alone.

    Args:
        velocity: of noisy pictures, at a sigma, under rows of text.
        shape: of one picture.
        seeds: one a picture; noise comes from generators on the CPU, alike on every device.
        rows: of text, one batch of all pictures.
        negative: the same of the negative prompt; not needed at cfg 1.
        settings: see there.

    Returns:
        One batch of clean pictures on the device of `rows`, in fp32.
    """
    device = rows.device
    first = [torch.Generator().manual_seed(seed) for seed in seeds]
    # ComfyUI's er_sde on the CPU draws from the seed after the picture's.
    fresh = [torch.Generator().manual_seed(seed + 1) for seed in seeds]

    def randn(generators: list[torch.Generator]) -> torch.Tensor:
        each = [torch.randn(shape, generator=generator) for generator in generators]
        return torch.stack(each).to(device)

    def denoise(noisy: torch.Tensor, sigma: float) -> torch.Tensor:
        moved = velocity(noisy, sigma, rows)
        if settings.cfg != 1.0 and negative is not None:
            away = velocity(noisy, sigma, negative)
            moved = away + settings.cfg * (moved - away)
        return noisy - sigma * moved

    sigmas = simple_schedule(settings.steps, settings.shift)
    if settings.sampler == "euler":
        return euler(denoise, randn(first), sigmas)
    return er_sde(denoise, randn(first), sigmas, lambda: randn(fresh), shift=settings.shift)
