"""Verdicts asked of evidence that is written by hand: no pictures, no models."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluate.spec.cells import Cell, Criteria
from evaluate.verdicts.engine import Judged, judge
from evaluate.verdicts.evidence import Evidence, Observation, Pairing, Training
from evaluate.verdicts.verdict import Verdict
from rules.records import parse, to_plain

CASES = Path(__file__).parents[2] / "evaluate" / "cases"
CELL = {
    "part",
    "arm",
    "epoch",
    "format",
    "scene",
    "strength",
    "angle",
    "weight",
    "token",
    "feature",
}


def load_cases(name: str) -> list[Any]:
    """The cases of a file, as parameters of a test named after them."""
    cases = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in cases]


def ask(case: Mapping[str, Any], *codes: str) -> Judged:
    """Ask verdicts of a case."""
    return judge(evidence_of(case), codes=frozenset(codes) or None)


def evidence_of(case: Mapping[str, Any]) -> Evidence:
    """The evidence of a case.

    A row stands for pictures: of every format, scene and epoch in a list, and every seed, where
    `seeds: 4` is 1 to 4. `value` and `label` are one for all seeds, or a list; `k: 3` gives the
    first three seeds `value` or `label` (else 1) and the others `otherwise` (else 0).
    """
    observations = [seen for row in case.get("rows", ()) for seen in _expanded(row)]
    training = case.get("training")
    return Evidence(
        observations=observations,
        criteria=parse(Criteria, case.get("criteria", {}), "criteria"),
        training=parse(Training, training, "training") if training else None,
        targets={part: tuple(lab) for part, lab in case.get("targets", {}).items()},
        pairings=[parse(Pairing, pairing, "pairings") for pairing in _pairings(case)],
        bases=case.get("bases", {}),
        lint=frozenset(case.get("lint", ())),
        planned=tuple(case["planned"]) if "planned" in case else None,
    )


def _pairings(case: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in case.get("pairings", ()):
        for seed in range(1, row["seeds"] + 1):
            first, second = row["won"] if seed <= row.get("k", row["seeds"]) else row["otherwise"]
            yield {"axis": row["axis"], "scene": "portrait", "seed": seed, "first": first,
                   "second": second}  # fmt: skip


def _expanded(row: Mapping[str, Any]) -> Iterator[Observation]:
    seeds = row["seeds"]
    seeds = list(range(1, seeds + 1)) if isinstance(seeds, int) else seeds
    axes = {
        key: row[key] if isinstance(row[key], list) else [row[key]] for key in row if key in CELL
    }
    for place, values in enumerate(itertools.product(*axes.values())):
        cell = dict(zip(axes, values, strict=True))
        if cell.get("epoch") is not None:
            cell["checkpoint"] = f"ep{cell['epoch']}"
        for i, seed in enumerate(seeds):
            made = Cell(seed=seed, **cell)
            value, label = _seen(row, i)
            yield Observation(
                cell=made,
                image=row.get(
                    "image", f"{made.part}-{made.label}-{made.arm}-{made.token}-{place}-{seed}"
                ),
                attribute=row["attribute"],
                value=value,
                label=label,
                vector=tuple(row["vector"]) if "vector" in row else None,
                state=row.get("state", "scored"),
            )


def _seen(row: Mapping[str, Any], i: int) -> tuple[float | None, str | None]:
    found: list[Any] = []
    for key in ("value", "label"):
        given = row.get(key)
        if "k" in row and (given is not None or (key == "value" and "label" not in row)):
            given = (1.0 if given is None else given) if i < row["k"] else row.get("otherwise", 0.0)
        found.append(given[i] if isinstance(given, list) else given)
    return (None if found[0] is None else float(found[0])), found[1]


def check(case: Mapping[str, Any], verdicts: tuple[Verdict, ...]) -> None:
    """Hold verdicts against `says`: as many, in this order, each with at least what is written."""
    found = [to_plain(verdict) for verdict in verdicts]
    told = [f"{v['code']} {v['subject']}: {v['word']} {v['outcome']}: {v['says']}" for v in found]
    assert len(found) == len(case["says"]), told
    for verdict, expected in zip(found, case["says"], strict=True):
        for key, value in expected.items():
            _check(verdict[key], value, f"{verdict['code']} {verdict['subject']} {key}")


def _check(found: Any, expected: Any, where: str) -> None:  # noqa: ANN401 - any of YAML
    if isinstance(expected, dict):
        for key, value in expected.items():
            _check(found[key], value, f"{where} {key}")
    elif isinstance(expected, float) or (isinstance(expected, list) and where.endswith("interval")):
        assert found == pytest.approx(expected, abs=6e-3), where
    elif isinstance(expected, str) and where.endswith(("says", "advice")):
        assert expected in (found or ""), where
    else:
        assert found == expected, where
