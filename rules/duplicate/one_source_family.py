"""DUP004 one-source-family."""

from collections import defaultdict
from collections.abc import Mapping

from rules.duplicate.clusters import Clusters, NearHashes
from rules.duplicate.near_duplicate import Distance
from rules.duplicate.two_signals import look_of, outfits_by_path
from rules.evidence import graded, sources_of
from rules.known_labels import known, label_of
from rules.model import Dataset, Picture
from rules.needs import FRAMED, MEASURED, PHASH
from rules.quoting import counted
from rules.records import record
from rules.registry import option, rule
from rules.smallest_change import fewest
from rules.violation import Abstention, Said, Severity, Violation

FRAMINGS = {
    "face": ("face", "faces"),
    "bust": ("bust", "busts"),
    "cowboy": ("cowboy shot", "cowboy shots"),
    "full": ("full body", "full bodies"),
}


@record
class Options:
    """When pictures of one framing are variants of few."""

    min_pictures: int = option(8, "least number of pictures of a framing")
    distance: Distance = option(8, "bits of 64 in which the hashes of variants may differ")
    min_share: float = option(0.5, "least share of the pictures that are no variants of others")


@rule("DUP004", Severity.WARNING, needs=(MEASURED, PHASH, FRAMED))
def one_source_family(dataset: Dataset, options: Options) -> Said:
    """Most pictures of a framing are variants of a few.

    What it does:
        Inside each framing of at least `min_pictures` pictures, links those whose perceptual
        hashes differ in at most `distance` bits and that come from the same original
        (`derived_from`), or, where none is declared, have the same view by a person's or a
        classifier's eye. Those that are known to differ in view, angle, pose or outfit are not
        linked; expressions may differ. Each cluster counts once. Under `min_share` of the
        pictures, the framing is reported with this effective number.

    Why is this bad?
        26 expression swaps of one face are one face: the same outline, light and angle 26 times.
        The LoRA learns that outline by heart and has little to generalise from, however many
        files there are.

    Example:
        26 busts that fill-in made from one neutral face: effectively 1. Draw some more faces,
        turned and lit in other ways.

    Source:
        The account that this linter grew from had these 26, and its LoRA's face settled on a
        look between the target's and the base's own. Half is this linter's own limit; the
        distance is wider than DUP002's, since variants differ by more than compression.
    """
    framed: defaultdict[str, list[Picture]] = defaultdict(list)
    for picture in dataset.fed:
        framing = label_of(picture.framing)
        if framing and picture.file and picture.file.phash:
            framed[framing].append(picture)
    worn = outfits_by_path(dataset)
    for framing, names in FRAMINGS.items():
        pictures = framed[framing]
        if len(pictures) < options.min_pictures:
            continue
        lost = sum(_second_signal(picture) is None for picture in pictures)
        if lost:
            reason = f"neither original nor view of {names[1]} is known"
            yield Abstention(reason=reason, count=lost, total=len(pictures))
        effective, variants = _effective(pictures, worn, options.distance)
        number = len(pictures)
        if effective >= options.min_share * number:
            continue
        more = fewest(lambda k, n=number, e=effective: e + k >= options.min_share * (n + k))  # type: ignore[misc]
        fewer = fewest(lambda k, n=number, e=effective: e >= options.min_share * (n - k))  # type: ignore[misc]
        sources = sources_of(picture.framing for picture in pictures)
        yield Violation(
            message=f"{counted(number, *names)} are effectively {effective}: the rest "
            f"are variants of them (hashes at most {options.distance} of 64 bits apart; framing "
            f"{sources})",
            evidence={
                "framing": framing,
                "pictures": number,
                "effective": effective,
                "distance": options.distance,
                "by": dict(sources.counts()),
            },
            advice=f"add {more} from other originals to clear this, or drop {fewer} variants",
            paths=tuple(picture.path for picture in variants),
            severity=graded(dataset, sources, Severity.WARNING),
            key=framing,
        )


def _second_signal(picture: Picture) -> str | None:
    """What variants share besides their hash."""
    if picture.source and picture.source.derived_from:
        return f"from {picture.source.derived_from}"
    view = known(picture.view)
    return f"view {view.label}" if view and view.source != "declared" else None


def _effective(
    pictures: list[Picture], worn: Mapping[str, list[str]], distance: int
) -> tuple[int, list[Picture]]:
    """How many clusters there are, and the pictures that share theirs with others."""
    groups: defaultdict[tuple[str | None, ...], defaultdict[int, list[Picture]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for picture in pictures:
        look = look_of(picture, worn)
        signal = _second_signal(picture) or f"alone {picture.path}"
        groups[signal, *look.but("expression")][look.hash].append(picture)
    effective, variants = 0, []
    for by_hash in groups.values():
        near, clusters = NearHashes(by_hash, distance), Clusters[int]()
        for value in by_hash:
            for other in near.near(value):
                clusters.join(value, other)
        for cluster in clusters.groups():
            effective += 1
            members = [picture for value in cluster for picture in by_hash[value]]
            variants += members if len(members) > 1 else []
    return effective, sorted(variants, key=lambda picture: picture.path)
