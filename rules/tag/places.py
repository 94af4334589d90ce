"""Where tags stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rules.model import Dataset


def caption_paths(dataset: Dataset, tags: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Tag -> the caption files that bear it, each once."""
    wanted = frozenset(tags)
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for _, caption in dataset.captioned:
        for tag in wanted.intersection(caption.tags):
            found[tag][caption.path] = None
    return {tag: tuple(paths) for tag, paths in found.items()}
