"""The shipped sets, judged: the faults that their author learned of after a night of training.

Once by the facts that are committed with them, which the embedded model saw, and once by labels
of a person who is never wrong.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from support.command import curate, run
from support.truth import label_by_truth

SETS = Path(__file__).parents[2] / "datasets"


class Expected(NamedTuple):
    """What a lint of a set must say, what it must not, and how it exits."""

    code: int
    says: frozenset[str]
    never: tuple[str, ...]  # codes, or how they begin


EXPECTED = {
    "keichan-v1": Expected(1, frozenset({"PRV001"}), ()),
    "keichan-v2": Expected(
        1,
        frozenset(
            "RES001 RES003 RES007 DUP004 CON002 CON003 CON006 CON007 COV001 COV002 COV004 COV005 "
            "BAL002 BAL005 PRV003 PRV005".split()
        ),
        ("TRG005", "TRG006", "TRG008", "CAP013", "CAP014", "CAP015", "CAP016", "PRV001"),
    ),
    "keichan-v3": Expected(
        0,
        frozenset(),
        (
            *("RES001", "RES002", "RES003", "RES007", "DUP004", "CON001", "CON002", "CON003"),
            *("COV001", "COV002", "COV003", "COV004", "COV005", "COV007", "COV008", "COV009"),
            *("COV010", "BAL001", "BAL002", "TRG", "CAP", "TAG004"),
        ),
    ),
    "kanachan": Expected(0, frozenset(), ("RUN001",)),
}


def copy_of(name: str, folder: Path) -> Path:
    """Copy a set with its committed facts."""
    left = shutil.ignore_patterns("index.jsonl", "report.json", "embeddings")
    return Path(shutil.copytree(SETS / name, folder / name, ignore=left))


def codes_of(folder: Path, *options: str) -> tuple[int, list[str]]:
    """Lint a folder: exit code, and the code of every finding."""
    ran = curate("lint", str(folder), "--no-measure", "--format", "json", *options)
    assert ran.code in {0, 1}, ran.err
    return ran.code, [finding["code"] for finding in json.loads(ran.out)["findings"]]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_set_labelled_by_its_truth_yields_its_faults_and_no_others(
    name: str, tmp_path: Path
) -> None:
    folder = copy_of(name, tmp_path)
    label_by_truth(folder)
    exit_code, codes = codes_of(folder)
    expected = EXPECTED[name]
    assert exit_code == expected.code
    assert expected.says <= set(codes)
    assert not [code for code in codes if code.startswith(expected.never or ("-",))]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_set_that_the_embedded_model_looked_at_yields_them_as_well(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CURATE_CLASSIFIER")
    exit_code, codes = codes_of(copy_of(name, tmp_path))
    expected = EXPECTED[name]
    assert exit_code == expected.code
    assert expected.says <= set(codes)
    assert not [code for code in codes if code.startswith(expected.never or ("-",))]
    assert "MIS006" in codes  # it did look, and nobody has labelled what it saw


def test_committed_facts_are_what_the_embedded_model_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CURATE_CLASSIFIER")
    folder = copy_of("kanachan", tmp_path)
    committed = curate("facts", str(folder))
    (folder / ".curate" / "facts.jsonl").unlink()
    seen = curate("facts", str(folder))
    assert (committed.code, seen.code) == (0, 0), seen.err
    told = [[json.loads(line) for line in ran.out.splitlines()] for ran in (committed, seen)]
    assert len(told[0]) == len(told[1]) == 24
    for one, other in zip(*told, strict=True):
        assert one["classifier"] == other["classifier"]
        for head in ("framing", "view", "elevation", "pose"):
            # Other processors round otherwise, and a guess between two may fall to either.
            assert one[head]["p"] == pytest.approx(other[head]["p"], abs=0.02)


def test_committed_facts_are_judged_without_a_model_or_a_database(tmp_path: Path) -> None:
    folder = copy_of("keichan-v2", tmp_path)
    environment = {k: v for k, v in os.environ.items() if k != "CURATE_CLASSIFIER"}
    program = (
        "import sys\nfrom curate.cli import main\n"
        f"sys.argv = ['curate', 'lint', {str(folder)!r}, '--no-measure']\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    code = stop.code\n"
        "heavy = {'torch', 'open_clip', 'fiftyone', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'exit {code}, imported {sorted(heavy)}')\n"
    )
    ran = run((sys.executable, "-c", program), env=environment)
    assert ran.err.strip().endswith("exit 1, imported []"), ran.err
    assert "CON002 saturated-tag" in ran.out


def test_small_busts_are_named_one_by_one(tmp_path: Path) -> None:
    _, codes = codes_of(copy_of("keichan-v2", tmp_path))
    assert codes.count("RES001") == 26
