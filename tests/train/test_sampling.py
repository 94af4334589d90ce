"""Schedules, er_sde, Euler and guidance against numbers and programs that are not ours."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
import torch

from train.sampling import (
    Denoiser,
    draw,
    er_sde,
    er_sde_step,
    euler,
    shifted,
    simple_schedule,
)
from train.settings import SamplerSettings
from train.untyped import Untyped, library

Array: TypeAlias = npt.NDArray[np.float64]
EIGHT = [1, 0.95454545, 0.9, 0.83333333, 0.75, 0.64285714, 0.5, 0.3, 0]
TEN = [1, 0.96428571, 0.92307692, 0.875, 0.81818182, 0.75, 0.66666667, 0.5625, 0.42857143, 0.25, 0]
TWELVE = [
    1, 0.97071277, 0.93778111, 0.9, 0.85732648, 0.80811808, 0.75, 0.68211559, 0.60071942, 0.5,
    0.37556222, 0.21575342, 0,
]  # fmt: skip
COEFFICIENTS = [
    (5.68e-9, 0.045455, None, None, 0.954545),
    (0.7217069, 0.067195, -0.520680, None, 0.579149),
    (0.8243589, 0.084231, -0.201718, 0.290194, 0.379466),
    (0.8378340, 0.110361, -0.129030, 0.091283, 0.273905),
    (0.8131136, 0.153864, -0.107811, 0.045705, 0.203387),
    (0.7439591, 0.234300, -0.111729, 0.032017, 0.145835),
    (0.5742179, 0.412891, -0.150326, 0.032100, 0.086997),
]
TOY = [
    0.977273475, 1.319618488, 1.516742901, 1.621183613, 1.654572582, 1.645365941, 1.696394011,
    1.899009832,
]  # fmt: skip


@pytest.mark.parametrize("sigmas", [EIGHT, TEN, TWELVE])
def test_simple_is_the_published_schedule(sigmas: list[float]) -> None:
    assert simple_schedule(len(sigmas) - 1) == pytest.approx(sigmas, abs=5e-9)


def test_eight_steps_are_those_of_diffusers_and_thirty_nearly() -> None:
    scheduler: Untyped = library("diffusers").FlowMatchEulerDiscreteScheduler(shift=3.0)
    for steps, within in ((8, 1e-6), (30, 1.8e-3)):
        scheduler.set_timesteps(sigmas=np.linspace(1, 1 / steps, steps))
        theirs = scheduler.sigmas.tolist()
        assert simple_schedule(steps) == pytest.approx(theirs, abs=within)


def eight() -> list[float]:
    return [shifted(1 - 1e-4, 3.0), *simple_schedule(8)[1:]]


@pytest.mark.parametrize("i", range(7))
def test_er_sde_multiplies_by_the_published_coefficients(i: int) -> None:
    sigmas = eight()
    step = er_sde_step(sigmas[i], sigmas[i + 1])
    old, clean, slope, bend, noise = COEFFICIENTS[i]
    assert step.old == pytest.approx(old, rel=1e-3 if i == 0 else 1e-6)
    assert (step.clean, step.noise) == pytest.approx((clean, noise), abs=1e-6)
    if slope is not None:
        assert step.slope == pytest.approx(slope, abs=1e-6)
    if bend is not None:
        assert step.bend == pytest.approx(bend, abs=1e-6)


def gaussian(seen: list[float]) -> Denoiser:
    """The exact denoiser of pictures from N(0.5, 0.7^2); keeps what it is asked about."""

    def denoise(noisy: torch.Tensor, sigma: float) -> torch.Tensor:
        seen.append(float(noisy))
        own = 1 - sigma
        return 0.5 + own * 0.49 / (own**2 * 0.49 + sigma**2) * (noisy - own * 0.5)

    return denoise


def test_er_sde_walks_the_published_path_of_a_gaussian() -> None:
    seen: list[float] = []
    start, one = torch.ones((), dtype=torch.float64), torch.ones((), dtype=torch.float64)
    end = er_sde(gaussian(seen), start, simple_schedule(8), lambda: one)
    assert [*seen[1:], float(end)] == pytest.approx(TOY, abs=1e-6)


@pytest.mark.parametrize(("stage", "end"), [(1, 0.500000235), (2, 0.500000252), (3, 0.500000254)])
def test_without_noise_every_order_ends_where_it_should(stage: int, end: float) -> None:
    start, none = torch.ones((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    found = er_sde(gaussian([]), start, simple_schedule(8), lambda: none, max_stage=stage)
    assert float(found) == pytest.approx(end, abs=1e-9)


def _phi(ratio: Array) -> Array:
    grown: Array = ratio * (np.exp(ratio**0.3) + 10)
    return grown


def reference(x: Array, sigmas: list[float], noises: list[Array]) -> Array:
    """er_sde by its paper's formulas alone, in arrays of float64, of a denoiser that bends."""
    sig = np.array([0.9999666655555185, *sigmas[1:]])
    lam = sig / (1 - sig)
    history: list[Array] = []
    for i in range(len(sig) - 1):
        history.append(np.tanh(x) * (1 - sig[i]) + 0.1)
        if sig[i + 1] == 0:
            return history[-1]
        s, t, alpha = lam[i], lam[i + 1], 1 - sig[i + 1]
        r = _phi(t) / _phi(s)
        new = alpha / (1 - sig[i]) * r * x + alpha * (1 - r) * history[-1]
        points = t + (s - t) / 200 * np.arange(200)
        if i >= 1:
            first = (history[i] - history[i - 1]) / (s - lam[i - 1])
            new += alpha * (t - s + (s - t) / 200 * np.sum(1 / _phi(points)) * _phi(t)) * first
        if i >= 2:
            earlier = (history[i - 1] - history[i - 2]) / (lam[i - 1] - lam[i - 2])
            second = (first - earlier) / ((s - lam[i - 2]) / 2)
            integral = (s - t) / 200 * np.sum((points - s) / _phi(points))
            new += alpha * ((t - s) ** 2 / 2 + integral * _phi(t)) * second
        x = new + alpha * noises[i] * np.sqrt(max(0.0, t**2 - s**2 * r**2))
    return x


def test_er_sde_agrees_with_its_formulas_on_a_picture() -> None:
    rng = np.random.default_rng(0)
    start, noises = rng.normal(size=(2, 3)), [rng.normal(size=(2, 3)) for _ in range(12)]
    given = iter(noises)
    found = er_sde(
        lambda x, sigma: torch.tanh(x) * (1 - sigma) + 0.1,
        torch.from_numpy(start),
        simple_schedule(12),
        lambda: torch.from_numpy(next(given)),
    )
    np.testing.assert_allclose(
        found.numpy(), reference(start, simple_schedule(12), noises), atol=1e-9
    )


def test_euler_steps_as_diffusers_does() -> None:
    scheduler: Untyped = library("diffusers").FlowMatchEulerDiscreteScheduler(shift=3.0)
    scheduler.set_timesteps(sigmas=np.linspace(1, 1 / 8, 8))
    theirs = start = torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    for t in scheduler.timesteps:
        theirs = scheduler.step(torch.sin(theirs), t, theirs, return_dict=False)[0]
    ours = euler(lambda x, sigma: x - sigma * torch.sin(x), start, simple_schedule(8))
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


class Counted:
    """A velocity that counts how often it is asked, and moves by the mean of the rows."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, noisy: torch.Tensor, sigma: float, rows: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return noisy * sigma + rows.mean(dim=(1, 2))[:, None]


def test_at_cfg_1_the_negative_prompt_is_not_asked() -> None:
    rows = torch.ones(1, 2, 2)
    for cfg, calls in ((1.0, 8), (4.0, 16)):
        model = Counted()
        draw(model, (3,), seeds=[5], rows=rows, negative=-rows, settings=SamplerSettings(cfg=cfg))
        assert model.calls == calls


def test_guidance_moves_from_the_negative_prompt_through_the_prompt() -> None:
    rows = torch.ones(1, 2, 2)
    settings = SamplerSettings(cfg=3.0, sampler="euler", steps=4)
    guided = draw(Counted(), (3,), seeds=[5], rows=rows, negative=-rows, settings=settings)
    same = draw(
        Counted(),
        (3,),
        seeds=[5],
        rows=rows * 5,
        negative=None,
        settings=SamplerSettings(sampler="euler", steps=4),
    )
    torch.testing.assert_close(guided, same)  # -1 + 3 * (1 - -1) = 5


@pytest.mark.parametrize("sampler", ["er_sde", "euler"])
def test_a_picture_is_the_same_alone_and_in_a_batch(sampler: str) -> None:
    settings = SamplerSettings(sampler="er_sde" if sampler == "er_sde" else "euler")
    together = draw(
        Counted(), (3,), seeds=[5, 6], rows=torch.ones(2, 2, 2), negative=None, settings=settings
    )
    alone = draw(
        Counted(), (3,), seeds=[6], rows=torch.ones(1, 2, 2), negative=None, settings=settings
    )
    assert torch.equal(together[1:], alone)
    assert not torch.equal(together[:1], alone)
