"""Many pictures, in order, from one process or several."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from curate.figures.draw import Drawing, draw
from curate.figures.figure import Figure

Item = TypeVar("Item")
Result = TypeVar("Result")
LARGEST_CHUNK = 64
CHUNKS_PER_WORKER = 4


def in_processes(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int
) -> Iterator[Result]:
    """Give the results in the order of the items, whatever the number of processes."""
    if workers <= 1:
        yield from map(work, items)
        return
    chunk = max(1, min(LARGEST_CHUNK, len(items) // (CHUNKS_PER_WORKER * workers)))
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(work, items, chunksize=chunk)


def draw_many(
    figures: Sequence[Figure], size: tuple[int, int], workers: int = 1
) -> Iterator[Drawing]:
    """Draw figures at one size (width, height); the pixels do not depend on `workers`."""
    return in_processes(partial(_draw, size), figures, workers)


def _draw(size: tuple[int, int], figure: Figure) -> Drawing:
    return draw(figure, *size)
