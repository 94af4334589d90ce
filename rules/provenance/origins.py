"""The files that pictures were made from, as `derived_from` of their sources declares."""

from rules.globs import matches
from rules.model import Dataset, Picture

WILDCARDS = frozenset("*?")


class Origins:
    """The files that pictures go back to."""

    def __init__(self, dataset: Dataset) -> None:
        self._by_path = {picture.path: picture for picture in dataset.pictures}
        said = {s.derived_from for s in dataset.spec.sources.values() if s.derived_from}
        self._files = {text: self._one_file(text) for text in said}

    def _one_file(self, text: str) -> str | None:
        """The file that a path or a glob stands for, None where it may be several."""
        if not set(text) & WILDCARDS:
            return text
        found = [path for path in self._by_path if matches(path, text)]
        return found[0] if len(found) == 1 else None

    def origin(self, picture: Picture) -> str | None:
        """Where `derived_from` ends, over several steps; the picture itself where it is none."""
        here: str | None = picture.path
        seen = set[str | None]()
        while here is not None and here not in seen and here in self._by_path:
            seen.add(here)
            source = self._by_path[here].source
            if source is None or not source.derived_from:
                break
            here = self._files[source.derived_from]
        return here
