"""Whether a judge may be believed: seven tests, and a stamp on every verdict.

A judge that sees blonde hair on a blank page, or likes its own noise, ranks epochs as well as a
coin does.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Literal

from PIL import Image, ImageFilter

from evaluate.judges.judge import Judge, Question, Task
from evaluate.judges.spoiling import spoilings
from evaluate.rows import PairRow, ScoreRow
from evaluate.spec.judges import Box
from rules.records import parse_json, record, to_plain, write_atomically
from train.stamps import key_of

FILE = "qualification.json"
SELF, NEGATIVE, GAP = 4.5, 2.5, 2.0
DROP, SPREAD, ORDER, FLIPS = 1.5, 0.5, 0.3, 0.2
PEOPLE, KAPPA = 30, 0.6


@record
class Test:
    """One of J1 to J7.

    Attributes:
        value: that was held against the bound.
    """

    id: str
    verdict: Literal["passed", "failed", "not_asked"]
    says: str
    value: float | None = None


@record
class Qualification:
    """All tests of one judge."""

    judge: str
    tests: tuple[Test, ...]

    @property
    def calibrated(self) -> bool:
        """Whether people agree with it, and no test failed."""
        verdicts = {test.id: test.verdict for test in self.tests}
        return verdicts.get("J7") == "passed" and "failed" not in verdicts.values()

    @property
    def stamp(self) -> str:
        """For the head of a report."""
        if self.calibrated:
            return "calibrated against people"
        failed = [test.id for test in self.tests if test.verdict == "failed"]
        told = f"failed {', '.join(failed)}" if failed else "not held against people (J7)"
        return f"uncalibrated: {told}"


def qualify(  # noqa: PLR0913 - all but two by keyword
    judge: Judge,
    task: Task,
    *,
    negatives: Sequence[Path],
    turned: Judge | None = None,
    identity: str = "",
    handed: Iterable[str] = (),
    coloured: Mapping[str, Box | None] = MappingProxyType({}),
) -> Qualification:
    """Ask a judge about pictures of which the answer is known.

    Args:
        judge: who is asked.
        task: what is judged, with references.
        negatives: pictures that do not show the character.
        turned: the same judge with the references in another order; None where there is one.
        identity: the attribute that tells her from others, who may have her hair; all points
            where none does.
        handed: attributes that a mirror must spoil.
        coloured: attributes that another hue must spoil, and where they lie in a reference.
    """
    with tempfile.TemporaryDirectory(prefix="qualify-") as folder:
        asked = _Asked(judge, Path(folder))
        tests = (
            _blank(asked),
            *_self_and_negatives(asked, task, negatives, identity),
            _counterfactual(asked, task, frozenset(handed), coloured),
            _repeat(asked, task, _Asked(turned, Path(folder)) if turned else None),
        )
    return Qualification(judge=judge.id, tests=tests)


class _Asked:
    """Asks about pictures that are made here."""

    def __init__(self, judge: Judge, folder: Path) -> None:
        self._judge, self._folder = judge, folder
        self._number = 0

    def rows(self, picture: Image.Image, repeat: int = 0) -> tuple[ScoreRow, ...]:
        self._number += 1
        path = self._folder / f"{self._number}.png"
        picture.convert("RGB").save(path)
        key = key_of("qualify", self._number)
        (found,) = self._judge.judge([Question(key=key, path=path, repeat=repeat)])
        return found

    def scores(self, picture: Image.Image, repeat: int = 0) -> dict[str, float]:
        """Attribute -> points, of what it scored."""
        return {
            row.attribute: row.value
            for row in self.rows(picture, repeat)
            if row.value is not None and row.state == "scored"
        }


def _open(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _blank(asked: _Asked) -> Test:
    seen = {
        name for name in asked.scores(Image.new("RGB", (256, 384), "#808080")) if name != "broken"
    }
    return Test(
        id="J1",
        verdict="failed" if seen else "passed",
        says=f"sees {', '.join(sorted(seen))} on a blank page"
        if seen
        else "sees nothing on a blank page",
        value=float(len(seen)),
    )


def _self_and_negatives(
    asked: _Asked, task: Task, negatives: Sequence[Path], identity: str
) -> Iterator[Test]:
    names = [name for name, one in task.attributes.items() if one.kind == "score"]
    names = [identity] if identity in names else names
    own = [_mean(asked.scores(_open(path)), names) for path in task.references]
    kept = [value for value in own if value is not None]
    if not kept:
        yield Test(id="J2", verdict="not_asked", says="there are no references")
    else:
        mean = fmean(kept)
        good = mean >= SELF
        yield Test(
            id="J2",
            verdict="passed" if good else "failed",
            says=f"a reference against itself scores {mean:.2f} ({SELF} wanted)",
            value=mean,
        )
    others = [_mean(asked.scores(_open(path)), names) for path in negatives]
    strange = [value for value in others if value is not None]
    if not strange or not kept:
        yield Test(id="J3", verdict="not_asked", says="there are no pictures of somebody else")
        return
    mean = fmean(strange)
    good = mean <= NEGATIVE and fmean(kept) - mean >= GAP
    yield Test(
        id="J3",
        verdict="passed" if good else "failed",
        says=f"somebody else scores {mean:.2f} ({NEGATIVE} at most, {GAP:g} below J2)",
        value=mean,
    )


def _mean(scores: Mapping[str, float], names: Iterable[str]) -> float | None:
    values = [scores[name] for name in names if name in scores]
    return fmean(values) if values else None


def _counterfactual(
    asked: _Asked, task: Task, handed: frozenset[str], coloured: Mapping[str, Box | None]
) -> Test:
    """Spoil one thing: what it touches drops or is not seen, and what it does not touch stays."""
    faults: list[str] = []
    drops: list[float] = []
    for path in task.references[:1]:
        whole = asked.scores(_open(path))
        for name, change, touched, spared in spoilings(task, handed, coloured):
            after = asked.scores(change(_open(path)))
            fell = {
                attribute: (whole[attribute] - after[attribute]) * _scale(task, attribute)
                for attribute in whole.keys() & after.keys() & task.attributes.keys()
            }
            drops += [fell[attribute] for attribute in touched if attribute in fell]
            faults += [
                f"{attribute} survives a {name}"
                for attribute in sorted(touched)
                if fell.get(attribute, DROP) < DROP
            ]
            faults += [
                f"{attribute} falls with a {name} of something else"
                for attribute in sorted(spared)
                if fell.get(attribute, 0.0) >= DROP
            ]
    if not drops:
        return Test(id="J4", verdict="not_asked", says="no attribute is named that it could spoil")
    return Test(
        id="J4",
        verdict="failed" if faults else "passed",
        says="; ".join(faults) or "what was spoilt drops, the rest stays",
        value=min(drops),
    )


def _scale(task: Task, attribute: str) -> float:
    """Yes to no is a drop as large as two points."""
    return 1.0 if task.attributes[attribute].kind == "score" else 2.0


def _repeat(asked: _Asked, task: Task, turned: _Asked | None) -> Test:
    """The same picture twice, and with the references in another order.

    It is blurred a little, so that no cache knows it.
    """
    spreads: list[float] = []
    shifts: list[float] = []
    for path in task.references:
        soft = _open(path).filter(ImageFilter.GaussianBlur(0.3))
        first, second = (asked.scores(soft, repeat) for repeat in (0, 1))
        common = first.keys() & second.keys() & task.attributes.keys()
        spreads += [stdev([first[name], second[name]]) for name in common]
        if turned is not None:
            other = turned.scores(soft)
            shifts += [abs(other[name] - first[name]) for name in common & other.keys()]
    if not spreads:
        return Test(id="J5", verdict="not_asked", says="nothing was scored twice")
    mean, shift = fmean(spreads), fmean(shifts) if shifts else 0.0
    told = f"; another order of references moves it by {shift:.2f} ({ORDER} at most)"
    return Test(
        id="J5",
        verdict="passed" if mean <= SPREAD and shift <= ORDER else "failed",
        says=f"two looks at one picture differ by {mean:.2f} ({SPREAD} at most)"
        + (told if shifts else ""),
        value=mean,
    )


def order_test(pairs: Iterable[PairRow]) -> Test:
    """J6: how often the order in which two pictures are shown decides."""
    shown: dict[tuple[str, str, str], dict[str, str | None]] = {}
    for row in pairs:
        shown.setdefault((row.first, row.second, row.axis), {})[row.shown] = row.winner
    both = [found for found in shown.values() if set(found) == {"AB", "BA"}]
    if not both:
        return Test(id="J6", verdict="not_asked", says="no pair was shown in both orders")
    rate = fmean(found["AB"] != found["BA"] for found in both)
    return Test(
        id="J6",
        verdict="passed" if rate <= FLIPS else "failed",
        says=f"{rate:.0%} of pairs are decided by their order ({FLIPS:.0%} at most)",
        value=rate,
    )


def people_test(rows: Iterable[ScoreRow], judge: str) -> Test:
    """J7: quadratic kappa of a judge's points and people's, over at least thirty ratings."""
    theirs: dict[tuple[str, str], list[float]] = {}
    ours: dict[tuple[str, str], float] = {}
    for row in rows:
        if row.value is None or row.state != "scored":
            continue
        if row.judge.startswith("people:"):
            theirs.setdefault((row.key, row.attribute), []).append(row.value)
        elif row.judge == judge and row.repeat == 0:
            ours[row.key, row.attribute] = row.value
    common = sorted(theirs.keys() & ours.keys())
    if len(common) < PEOPLE:
        says = f"{len(common)} pictures were judged by people, too; {PEOPLE} are needed"
        return Test(id="J7", verdict="not_asked", says=says)
    kappa = weighted_kappa(
        [round(fmean(theirs[one])) for one in common], [round(ours[one]) for one in common]
    )
    return Test(
        id="J7",
        verdict="passed" if kappa >= KAPPA else "failed",
        says=f"weighted kappa against people {kappa:.2f} ({KAPPA} wanted, {len(common)} ratings)",
        value=kappa,
    )


def weighted_kappa(left: Sequence[int], right: Sequence[int]) -> float:
    """Cohen's kappa with quadratic weights; 1 where both say one thing of everything alike."""
    from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

    if len({*left, *right}) == 1:
        return 1.0
    return float(cohen_kappa_score(left, right, weights="quadratic"))


def keep(folder: Path, found: Sequence[Qualification]) -> None:
    """Write qualifications down; raises OSError."""
    text = json.dumps([to_plain(one) for one in found], ensure_ascii=False, indent=1)
    write_atomically(folder / FILE, f"{text}\n".encode())


def read(folder: Path, rows: Sequence[ScoreRow], pairs: Sequence[PairRow]) -> list[Qualification]:
    """What is known of every judge that scored, with the tests that rows alone decide."""
    path = folder / FILE
    kept = (
        parse_json(tuple[Qualification, ...], path.read_bytes(), str(path)) if path.exists() else ()
    )
    known = {one.judge: one for one in kept}
    judges = dict.fromkeys(row.judge for row in rows if not row.judge.startswith("people:"))
    found = []
    for name in judges:
        one = known.get(name, Qualification(judge=name, tests=()))
        told = (order_test(p for p in pairs if same_model(p.judge, name)), people_test(rows, name))
        found.append(replace(one, tests=(*one.tests, *told)))
    return found


def same_model(one: str, other: str) -> bool:
    """Whether ids are of one model: it compares pairs under another rubric, and so another id."""
    return one.rpartition(":")[0] == other.rpartition(":")[0]


def stamp_of(found: Sequence[Qualification]) -> tuple[str, bool]:
    """One stamp for all judges of points, and whether all of them are calibrated."""
    judged = [one for one in found if one.judge.partition(":")[0] in {"vision", "command", "fixed"}]
    if not judged:
        return "no judge of points", False
    return "; ".join(dict.fromkeys(one.stamp for one in judged)), all(o.calibrated for o in judged)
