"""From a tagger's probabilities to heads: the mapping is data, conflicts abstain."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from curate.classify.labels import GROUPS, HEADS
from curate.errors import UserError
from rules.model import Evidence, Seen
from rules.plain_yaml import load_yaml
from rules.records import RecordError, parse, record

FILE = Path(__file__).with_name("tagger.yaml")
COLUMNS = ("tag_id", "name", "category", "count")
# Danbooru's number of tags that say what is to be seen; others name ratings and characters.
GENERAL = "0"
Share = Annotated[float, Field(ge=0, le=1)]


@record
class HeadTags:
    """Label -> tags of one head; see the file."""

    labels: Mapping[str, tuple[str, ...]]
    over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    otherwise: str | None = None


@record
class TagMapping:
    """The whole file."""

    threshold: Share
    margin: Share
    silence: Share
    heads: Mapping[str, HeadTags]
    figures: Mapping[int, tuple[str, ...]]


def load_mapping(path: Path = FILE) -> TagMapping:
    """Read the mapping.

    Raises:
        RecordError: it is none, or names labels that no head has.
    """
    mapping = parse(TagMapping, load_yaml(path, path.name), path.name)
    faults = []
    for name, head in mapping.heads.items():
        known = {*HEADS.get(name, ()), *GROUPS.get(name, ())}
        named = {*head.labels, *head.over, *([head.otherwise] if head.otherwise else ())}
        faults += [f"`heads.{name}`: no label `{label}`" for label in sorted(named - known)]
    if faults:
        raise RecordError(path.name, faults)
    return mapping


def read_tags(path: Path) -> list[str]:
    """The names of general tags by their place in the model's output, others as "".

    Raises:
        UserError: it cannot be read, or is no table of tags.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise UserError(f"--tags: {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"--tags: {path}: is no table: {error}") from error
    if not rows or any(rows[0].get(column) is None for column in ("name", "category")):
        raise UserError(f"--tags: {path}: wanted a table with the columns {', '.join(COLUMNS)}")
    return [_normal(row["name"]) if row["category"] == GENERAL else "" for row in rows]


def _normal(tag: str) -> str:
    return tag.strip().lower().replace(" ", "_")


def see_by_tags(tags: Mapping[str, float], mapping: TagMapping, classifier: str) -> Seen:
    """What tags with their probabilities say of a picture.

    Args:
        tags: name -> probability.
        mapping: head -> label -> tags.
        classifier: the tagger's id.
    """
    figures = _figures(tags, mapping)
    told = {name: _told(tags, head, mapping) for name, head in mapping.heads.items()}
    if figures == 0:
        told = {name: _silenced(evidence) for name, evidence in told.items()}
    pose = told.get("pose")
    if pose is not None:
        stance = "upright" if pose.label == "upright" else "not upright"
        told["upright"] = Evidence(label=stance, source="seen", p=pose.p, abstained=pose.abstained)
    return Seen(classifier=classifier, figures=figures, **told)  # type: ignore[arg-type]


def _figures(tags: Mapping[str, float], mapping: TagMapping) -> float | None:
    scores = {count: _surest(tags, names) for count, names in mapping.figures.items()}
    best = max(scores, key=lambda count: (scores[count], count), default=None)
    return float(best) if best is not None and scores[best] >= mapping.threshold else None


def _surest(tags: Mapping[str, float], names: Sequence[str]) -> float:
    return max((tags.get(name, 0.0) for name in names), default=0.0)


def _told(tags: Mapping[str, float], head: HeadTags, mapping: TagMapping) -> Evidence:
    scores = {label: _surest(tags, names) for label, names in head.labels.items()}
    if head.otherwise is not None:
        silence = 1 - max(scores.values(), default=0.0)
        scores[head.otherwise] = min(silence, mapping.silence)
    sure = {label for label, p in scores.items() if p >= mapping.threshold}
    outweighed = {other for label in sure for other in head.over.get(label, ())}
    left = (sure - outweighed) or sure or set(scores)
    best = max(left, key=lambda label: (scores[label], label))
    rival = max((scores[label] for label in left - {best}), default=0.0)
    unsure = best not in sure or scores[best] - rival < mapping.margin
    p = round(min(max(scores[best], 0.0), 1.0), 4)
    return Evidence(label=best, source="seen", p=p, abstained=unsure)


def _silenced(evidence: Evidence) -> Evidence:
    return Evidence(label=evidence.label, source="seen", p=evidence.p, abstained=True)
