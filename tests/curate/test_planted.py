"""2,000 captions with planted faults: each is found, and nothing else is said."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support import planted
from support.planted import EACH, FOLDERS, Key, Planted

from curate.judging import judge
from curate.session import open_dataset
from rules import registry
from rules.report import Finding, Report

SELECTED = ("CAP", "TAG", "TRG", "CON004", "DUP")
# These judge pixels or counts of pictures, which the captions here have nothing to do with.
NEED_SIGHT = {"CAP020", "TAG009"}
# What each trainer, vocabulary or declaration is needed for is judged in a folder of its own.
UNJUDGED = {"CAP016", "CAP021", "TAG008", "TAG011"}
# What nobody saw of some pictures is counted as an abstention of these.
UNCLEAR = {"CAP020", "DUP004"}
# These need views that somebody saw, or pictures held out: their own cases judge them.
JUDGED_ELSEWHERE = {"DUP006", "TAG009"}


@dataclass(frozen=True)
class Judged:
    """A folder with its report."""

    planted: Planted
    report: Report

    @property
    def said(self) -> Counter[Key]:
        """Every finding by its code and what it is about."""
        return Counter((f.code, _about(f)) for f in self.report.findings)


def _about(finding: Finding) -> str:
    """The tag of a finding about a tag, else its files."""
    if finding.code in {"TAG010", "TAG011", "TAG012"}:
        return str(finding.evidence.get("tag") or finding.evidence["phrase"])
    if finding.code == "CON004":
        tags = finding.evidence["tags"]
        assert isinstance(tags, list)
        return ", ".join(map(str, tags))
    return " ".join(finding.paths)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Judged]:
    root = tmp_path_factory.mktemp("planted")
    judged = {}
    for name, make in FOLDERS.items():
        made = make(root)
        session = open_dataset(str(made.folder))
        settings = replace(session.dataset.spec.lint, select=SELECTED)
        judged[name] = Judged(made, judge(session, settings))
    return judged


@pytest.mark.parametrize("name", FOLDERS)
def test_all_that_was_planted_is_said_and_nothing_else(
    folders: Mapping[str, Judged], name: str
) -> None:
    judged = folders[name]
    missed = judged.planted.expected - judged.said
    false_alarms = judged.said - judged.planted.expected
    assert (dict(missed), dict(false_alarms)) == ({}, {})


def test_the_captions_are_two_thousand(folders: Mapping[str, Judged]) -> None:
    assert sum(judged.planted.captions for judged in folders.values()) == 2000
    # More than half of them are right.
    spoilt = sum(len(keys) for j in folders.values() for keys in j.planted.faults.values())
    assert spoilt < 1000


def test_each_fault_is_planted_and_found_twenty_times(folders: Mapping[str, Judged]) -> None:
    found = {
        fault: sum((judged.said & Counter(keys)).values())
        for judged in folders.values()
        for fault, keys in judged.planted.faults.items()
    }
    assert found == dict.fromkeys(found, EACH)
    assert {plant.name for plant in planted.plants()} <= found.keys()


def test_every_rule_on_captions_and_tags_has_its_fault(folders: Mapping[str, Judged]) -> None:
    wanted = {rule.code for rule in registry.all_rules() if rule.code.startswith(("CAP", "TAG"))}
    codes = {
        code
        for judged in folders.values()
        for keys in judged.planted.faults.values()
        for code, _ in keys
    }
    assert wanted - NEED_SIGHT <= codes


def test_every_selected_rule_judges_somewhere_and_abstains_where_nobody_saw(
    folders: Mapping[str, Judged],
) -> None:
    assert {s.code for s in folders["main"].report.skipped} == UNJUDGED | JUDGED_ELSEWHERE
    ran = {code for judged in folders.values() for code in judged.report.ran}
    assert ran >= UNJUDGED
    abstained = {a.code for judged in folders.values() for a in judged.report.abstained}
    assert abstained == UNCLEAR


def test_the_same_seed_writes_the_same_bytes(folders: Mapping[str, Judged], tmp_path: Path) -> None:
    again = planted.flipping(tmp_path)
    before = folders["flipping"].planted
    assert again.expected == before.expected
    for path in again.folder.iterdir():
        assert path.read_bytes() == (before.folder / path.name).read_bytes()
