"""docs/configuration.md: examples that are read as the users' own files, and every key."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from configuration import (
    EXAMPLES,
    FILES,
    FULL,
    MINIMAL,
    File,
    anchor,
    configuration_page,
    described,
    where_rules_are_set,
)
from pydantic import TypeAdapter

from curate.approvals import Approvals, load_approvals
from curate.labels import load_labels
from evaluate.spec.spec import load_spec
from rules.engine import parse_options, select_rules
from rules.finding_profiles import load_base, load_trainer
from rules.plain_yaml import load_yaml
from rules.records import parse, record
from rules.registry import all_rules
from rules.spec import Spec
from rules.violation import Severity
from train.config import load_config


def read_dataset_yaml(path: Path) -> Spec:
    """A dataset.yaml, and everything that it names."""
    spec = parse(Spec, load_yaml(path), path.name)
    load_base(spec.base)
    load_trainer(spec.trainer_choice)
    parse_options(select_rules(spec.lint), spec.lint)
    return spec


READERS: dict[str, Callable[[Path], object]] = {
    "dataset.yaml": read_dataset_yaml,
    "labels.json": lambda path: load_labels(path.parent),
    "approvals.yaml": lambda path: load_approvals(path.parent),
    "train.yaml": load_config,
    "evaluate.yaml": load_spec,
}
SHOWN = sorted(EXAMPLES.glob("*/*"))
CODES = {rule.code: rule.severity for rule in all_rules()}


@pytest.fixture(scope="module")
def page() -> str:
    """The page as `make docs` writes it."""
    return configuration_page()


@pytest.mark.parametrize("path", SHOWN, ids=[f"{p.parent.name}/{p.name}" for p in SHOWN])
def test_an_example_is_read_by_what_reads_the_users_own(path: Path) -> None:
    assert READERS[path.name](path)


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_the_page_shows_a_short_and_a_long_example_of_each_file(file: File, page: str) -> None:
    for kind in (MINIMAL, FULL):
        assert (EXAMPLES / kind / file.name).read_text().rstrip() in page


@pytest.mark.parametrize("path", [path for path in SHOWN if path.name == "dataset.yaml"])
def test_suppressions_of_examples_name_rules(path: Path) -> None:
    for entry in read_dataset_yaml(path).lint.suppressions:
        assert any(code.startswith(entry.rule) for code in CODES)


def test_overrides_of_examples_name_errors() -> None:
    accepted = load_approvals(EXAMPLES / FULL).overrides
    assert accepted
    assert {CODES[code] for code in accepted} == {Severity.ERROR}
    assert load_approvals(EXAMPLES / MINIMAL) != Approvals()


def test_every_key_of_every_record_has_a_row_of_four_cells(page: str) -> None:
    records: dict[str, Any] = {}
    for file in FILES:
        schema = TypeAdapter(file.holds).json_schema()
        records |= schema.pop("$defs", {}) | {file.name: schema}
    keys = Counter(key for schema in records.values() for key in schema["properties"])
    rows = re.findall(r"^\| `.*$", page, re.MULTILINE)
    assert Counter(re.findall(r"^\| `(\w+)` \|", "\n".join(rows), re.MULTILINE)) == keys
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {6}


@pytest.mark.parametrize(
    "row",
    [
        "| `trigger` | text | `null` | the word that shall call the character up. |",
        "| `trainer` | text, or [trainer](#datasetyaml-trainer) | `builtin` | a profile of",
        "| `absorb` | list of texts or `a, b` | `[]` | core features that the trigger must carry",
        "| `intended` | list of lists of texts or `a, b` | `[]` | groups of tags",
        "| `handed` | mapping to one of `left`, `right` | `{}` | feature -> side of the picture",
        "| `elevation` | mapping from `below`, `eye`, `above` to number, at least 0, at most 1, or",
        "| `suppressions` | list of [lint.suppressions](#datasetyaml-lintsuppressions) | `[]` |",
        "| `reason` | text, length at least 1 | required | why; reports repeat it. |",
        "| `lr` | number, at least 0 | `2.0e-05` | learning rate after the warm-up. |",
        "| `betas` | 2 numbers, at least 0, below 1 | `[0.9, 0.99]` |",
        "| `width` | whole number, at least 16, a multiple of 16 | `832` | in pixels. |",
        "| `flip` | yes or no | `false` | whether every draw tosses for a mirrored picture. |",
        "| `background` | text, matching `^#[0-9a-fA-F]{6}$` | `'#ffffff'` |",
        "| `base` | [train.yaml: base](#trainyaml-base) | `null` | what the LoRAs were trained on",
        "| `scenes` | mapping to text | `{portrait: 'upper body, looking at viewer, smile, open",
        "| `kind` | `vision` | required | which judge this is. |",
    ],
)
def test_a_row_says_in_plain_words_what_a_key_takes(row: str, page: str) -> None:
    assert f"\n{row}" in page


def test_links_lead_to_headings(page: str) -> None:
    headings = [anchor(heading) for heading in re.findall(r"^#+ (.*)$", page, re.MULTILINE)]
    assert len(headings) == len(set(headings))
    links = re.findall(r"\]\(#(.*?)\)", page)
    outside = re.findall(r"configuration\.md#(.*?)\)", where_rules_are_set())
    assert links
    assert outside
    assert {*links, *outside} <= set(headings)


def test_a_field_that_its_docstring_leaves_out_stops_the_page() -> None:
    @record
    class Settings:
        """Of a thing.

        Attributes:
            told: with a meaning
                of two lines.
        """

        told: int
        untold: int = 0

    with pytest.raises(ValueError, match=r"Settings: `Attributes:` does not describe untold$"):
        described(Settings)


def test_a_field_that_is_no_more_stops_the_page() -> None:
    @record
    class Settings:
        """Of a thing.

        Attributes:
            kept: stays.
            gone: went.
        """

        kept: int

    with pytest.raises(ValueError, match="describes gone, which is no field"):
        described(Settings)


def test_a_docstring_is_read_whole() -> None:
    @record
    class Settings:
        """Of a thing: all of it.

        More of it.

        Attributes:
            first: `a: b`, over
                two lines.
            second: the other.
        """

        first: int
        second: int

    assert described(Settings) == (
        "Of a thing: all of it. More of it.",
        {"first": "`a: b`, over two lines.", "second": "the other."},
    )
