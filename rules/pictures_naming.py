"""Which pictures show what dataset.yaml names: features and outfits, by the captions' word."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from rules.model import Caption, Dataset, Picture, once_a_dataset
from rules.terms import normal


def pictures_naming(
    dataset: Dataset, names: Mapping[str, Iterable[str]]
) -> dict[str, tuple[Picture, ...]]:
    """Feature -> the fed pictures whose tags or sentences bear one of its names.

    Args:
        dataset: the captions are read once, whatever the number of features.
        names: feature -> its names in normal form.
    """
    features_by_name: defaultdict[str, list[str]] = defaultdict(list)
    for feature, called in names.items():
        for name in called:
            features_by_name[name].append(feature)
    found: dict[str, list[Picture]] = {feature: [] for feature in names}
    for picture, caption in dataset.captioned:
        shown = {f for name in _named(caption, features_by_name) for f in features_by_name[name]}
        for feature in shown:
            found[feature].append(picture)
    return {feature: tuple(pictures) for feature, pictures in found.items()}


def _named(caption: Caption, names: Mapping[str, object]) -> Iterable[str]:
    yield from (tag for tag in caption.tags if tag in names)
    if caption.sentences:
        prose = caption.prose
        # Most names are not in the prose at all, which a plain search finds out at once.
        yield from (name for name in names if name in prose and caption.names(name))


@once_a_dataset
def worn_outfits(dataset: Dataset) -> dict[str, tuple[Picture, ...]]:
    """Outfit -> the pictures that wear it.

    One garment of its own tells an outfit, for a bust shows no skirt. A garment that several
    outfits share tells none of them; an outfit without one of its own takes all its garments.
    """
    outfits = {
        name: frozenset(map(normal, tags)) or frozenset({normal(name)})
        for name, tags in dataset.spec.subject.outfits.items()
    }
    garments = {tag for tags in outfits.values() for tag in tags}
    wearers = pictures_naming(dataset, {garment: (garment,) for garment in garments})
    paths = {garment: {p.path for p in pictures} for garment, pictures in wearers.items()}
    worn: dict[str, set[str]] = {}
    owners = defaultdict(list)
    for name, tags in outfits.items():
        for tag in tags:
            owners[tag].append(name)
    for name, tags in outfits.items():
        own = [paths[tag] for tag in tags if len(owners[tag]) == 1]
        worn[name] = set().union(*own) if own else set.intersection(*(paths[t] for t in tags))
    by_path = {p.path: p for p in dataset.fed}
    return {
        name: tuple(picture for path, picture in by_path.items() if path in shown)
        for name, shown in worn.items()
    }
