"""What can be done to a dataset: shots to add, of the sort that it lacks, and pictures to drop."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, get_args

from curate.plan.shots import EXPRESSIONS, LEGS, Shot
from rules.evidence import wants
from rules.known_labels import label_of
from rules.model import Dataset, Picture
from rules.pictures_naming import worn_outfits
from rules.records import record
from rules.spec import Elevation, Framing, Pose, View

TURN: tuple[View, ...] = (
    "front",
    "back",
    "side_left",
    "three_quarter_left",
    "side_right",
    "three_quarter_right",
)
CLOSE_TURN: tuple[View, ...] = (
    "front",
    "three_quarter_left",
    "side_right",
    "three_quarter_right",
    "side_left",
)
SEEN_FROM_ELSEWHERE: tuple[View, ...] = (
    "three_quarter_left",
    "front",
    "three_quarter_right",
    "side_left",
)
SIZES = (1, 2, 3, 5, 8)
HALVES = (1, 2, 4, 8, 12, 16, 24, 32, 48, 64)
SHOT_AXES = ("framing", "pose", "view", "elevation")
Style = Literal["varied", "alike"]
STYLE: tuple[Style, ...] = ("varied",)
CELL = ("framing", "view", "elevation", "pose", "expression")


@record
class Move:
    """Shots that are added and pictures that are dropped, together."""

    added: tuple[Shot, ...] = ()
    dropped: tuple[str, ...] = ()


class Wardrobe:
    """Hands out outfits and expressions, so that what is added is neither uniform nor odd."""

    def __init__(self, dataset: Dataset) -> None:
        """Count what is there."""
        worn = worn_outfits(dataset)
        self._worn = Counter({outfit: len(pictures) for outfit, pictures in worn.items()})

    def dressed(self, shots: Sequence[Shot], before: Sequence[Shot], style: Style) -> list[Shot]:
        """The shots with outfits and expressions.

        Args:
            shots: to be dressed.
            before: shots that are dressed already.
            style: `varied` takes the outfits that are worn least, `alike` as often as the set does.
        """
        added = Counter(shot.outfit for shot in before if shot.outfit)
        faces = Counter(dict.fromkeys(EXPRESSIONS[:3], 0))
        faces.update(shot.expression for shot in before if shot.expression)
        dressed = []
        for shot in shots:
            outfit = self._outfit(added, style)
            face = None if shot.view == "back" else min(faces, key=lambda f: (faces[f], f))
            dressed.append(replace(shot, outfit=outfit, expression=face))
            added.update([outfit] if outfit else [])
            faces.update([face] if face else [])
        return dressed

    def _outfit(self, added: Counter[str], style: Style) -> str | None:
        if not self._worn:
            return None
        if style == "varied":
            return min(self._worn, key=lambda o: (self._worn[o] + added[o], o))
        # As seats are shared out (D'Hondt): a rare outfit has its turn late, not in the first few.
        return max(self._worn, key=lambda o: (self._worn[o] / (added[o] + 1), o))


def additions(
    dataset: Dataset, before: Sequence[Shot], most: int
) -> Iterator[tuple[str, tuple[Shot, ...]]]:
    """Groups of shots that belong together, each in several sizes and styles, with its name."""
    wardrobe = Wardrobe(dataset)
    shown = _shown(dataset, before)
    styles: tuple[Style, ...] = ("varied", "alike") if len(dataset.spec.subject.outfits) else STYLE
    for name, shots in _rounds(dataset, shown):
        for size in SIZES:
            if size > min(most, 2 * len(shots)):
                continue
            for style in styles:
                dressed = wardrobe.dressed((shots * 2)[:size], before, style)
                yield f"{name} {size} {style}", tuple(dressed)


def _shown(dataset: Dataset, before: Sequence[Shot]) -> Counter[tuple[str, ...]]:
    """How often each framing, pose, view and elevation is there already."""
    shown = Counter(
        tuple(label_of(getattr(p, axis)) or "" for axis in SHOT_AXES) for p in dataset.fed
    )
    shown.update(tuple(getattr(shot, axis) for axis in SHOT_AXES) for shot in before)
    return shown


def drops(
    dataset: Dataset, dropped: Sequence[str], most: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Groups of pictures that are alike, those first of which there are most, in several sizes."""
    gone = set(dropped)
    left = [picture for picture in dataset.fed if picture.path not in gone]
    groups: defaultdict[tuple[str, ...], list[Picture]] = defaultdict(list)
    for picture in left:
        framing, view, _, pose, _ = _cell(picture)
        groups[framing, pose].append(picture)
        groups[framing, pose, view].append(picture)
        groups[framing, "", view].append(picture)
    for name, pictures in groups.items():
        order = _plentiful_first(pictures)
        for size in HALVES:
            if size <= min(most, len(order) - 1):
                yield f"drop {' '.join(name)} {size}", tuple(order[:size])


def _rounds(
    dataset: Dataset, shown: Counter[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[Shot, ...]]]:
    moving = tuple(p for p in get_args(Pose) if p != "upright" and p in dataset.spec.wanted.pose)
    poses: tuple[Pose, ...] = ("upright", *(moving or ("walk",)))
    for framing in get_args(Framing):
        if not wants(dataset, "framing", framing):
            continue
        if framing not in LEGS:
            yield framing, _turn(framing, CLOSE_TURN, ("upright",), "eye", shown)
            continue
        for pose in poses:
            yield f"{framing} {pose}", _turn(framing, TURN, (pose,), "eye", shown)
        for elevation in get_args(Elevation):
            if elevation != "eye" and wants(dataset, "elevation", elevation):
                for some in (poses, poses[1:]):
                    name = f"{framing} {elevation} {len(some)}"
                    yield name, _turn(framing, SEEN_FROM_ELSEWHERE, some, elevation, shown)


def _turn(
    framing: Framing,
    views: tuple[View, ...],
    poses: Sequence[Pose],
    elevation: Elevation,
    shown: Counter[tuple[str, ...]],
) -> tuple[Shot, ...]:
    """A round of shots, the views first that are not there."""
    shots = [
        Shot(framing=framing, view=view, pose=poses[n % len(poses)], elevation=elevation)
        for n, view in enumerate(views)
    ]
    return tuple(sorted(shots, key=lambda s: shown[s.framing, s.pose, s.view, s.elevation]))


def _plentiful_first(pictures: Sequence[Picture]) -> list[str]:
    """Paths in an order in which what is dropped first is what there is most of."""
    cells: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for picture in pictures:
        cells[_cell(picture)].append(picture.path)
    order = []
    waiting = sorted(cells.values(), key=lambda paths: (-len(paths), paths[0]))
    while waiting:
        fullest = max(waiting, key=len)
        order.append(fullest.pop())
        waiting = [paths for paths in waiting if paths]
    return order


def _cell(picture: Picture) -> tuple[str, ...]:
    return tuple(label_of(getattr(picture, axis)) or "" for axis in CELL)
