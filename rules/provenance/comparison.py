"""What the metadata of a picture say of its maker against what `sources` declares."""

from collections.abc import Iterator, Mapping

from rules.globs import matches
from rules.provenance.makers import MODELS, PROGRAMS, named, plain, share_a_word
from rules.spec import Source


class Comparison:
    """Found against declared makers; what many pictures say alike is worked out once."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._declared = {glob: plain(_texts(glob, sources)) for glob in sources}
        self._verdicts: dict[tuple[str | None, ...], tuple[tuple[str, str] | None, bool]] = {}

    def verdict(
        self, glob: str, generator: str | None, model: str | None
    ) -> tuple[tuple[str, str] | None, bool]:
        """The names that contradict each other, and whether the two sides surely agree."""
        key = glob, generator, model
        if key not in self._verdicts:
            found, wanted = plain((generator, model)), self._declared[glob]
            self._verdicts[key] = _clash(found, wanted), _agree(found, wanted)
        return self._verdicts[key]


def _texts(glob: str, sources: Mapping[str, Source]) -> Iterator[str | None]:
    """What is declared of a glob, and of whatever its pictures are derived from."""
    seen: set[str] = set()
    here: str | None = glob
    while here is not None and here not in seen:
        seen.add(here)
        source = sources[here]
        yield from (source.generator, source.family, *source.steps)
        origin = source.derived_from
        here = next((g for g in sources if origin and (g == origin or matches(origin, g))), None)


def _clash(found: str, wanted: str) -> tuple[str, str] | None:
    """The models, else the programs, of which both texts name some and share none."""
    for names in (MODELS, PROGRAMS):
        one, other = named(found, names), named(wanted, names)
        if one & other:
            return None
        if one and other:
            return " and ".join(sorted(one)), " and ".join(sorted(other))
    return None


def _agree(found: str, wanted: str) -> bool:
    same = any(named(found, names) & named(wanted, names) for names in (MODELS, PROGRAMS))
    return same or share_a_word(found, wanted)
