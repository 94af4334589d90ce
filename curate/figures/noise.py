"""Smooth steps and smooth noise, for kernels."""

import numpy as np

from curate.figures.compiled import kernel


@kernel
def smoothstep(low: float, high: float, value: float) -> float:
    """Rise smoothly from 0 at `low` to 1 at `high`."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


@kernel
def lattice(x: int, y: int, seed: int) -> float:
    """Give an even random number in 0..1 for a lattice point."""
    mixed = x * 374761393 + y * 668265263 + seed * 974634541
    mixed = (mixed ^ (mixed >> 13)) * 1274126177
    mixed = mixed ^ (mixed >> 16)
    return (mixed & 65535) / 65535.0


@kernel
def value_noise(x: float, y: float, seed: int) -> float:
    """Give smooth noise in 0..1 on a unit lattice."""
    ix, iy = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - ix, y - iy
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    top = lattice(ix, iy, seed) * (1 - fx) + lattice(ix + 1, iy, seed) * fx
    low = lattice(ix, iy + 1, seed) * (1 - fx) + lattice(ix + 1, iy + 1, seed) * fx
    return top * (1 - fy) + low * fy


@kernel
def line_noise(x: float, seed: int) -> float:
    """Give smooth noise in 0..1 along a line."""
    ix = int(np.floor(x))
    fx = x - ix
    fx = fx * fx * (3 - 2 * fx)
    return lattice(ix, 3, seed) * (1 - fx) + lattice(ix + 1, 3, seed) * fx
