"""docs/configuration.md: every key of the users' files, from the records that read them.

What a key takes is told by pydantic's JSON schema of its record, what it means by the record's
docstring. Examples are files, and a test has them read by what reads the users' own.
"""

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import yaml
from pydantic import TypeAdapter

from curate.approvals import APPROVALS, Approvals
from curate.labels import LABELS, PictureLabels
from curate.session import SPEC_FILE
from evaluate.spec.spec import SPEC, EvalSpec
from rules.finding_profiles import known_bases, known_trainers
from rules.records import to_plain
from rules.spec import Spec, Tags
from train.config import CONFIG, TrainConfig

EXAMPLES = Path(__file__).with_name("examples")
MINIMAL, FULL, LINT = "minimal", "full", "lint"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that users write, or that commands write for them.

    Attributes:
        name: of the file.
        holds: the record of the whole file, or of each of its entries.
        says: what it is about, in a line.
        writer: who writes it.
        reader: what reads it.
        about: what to know before one begins.
    """

    name: str
    holds: type
    says: str
    writer: str
    reader: str
    about: str


FILES = (
    File(
        name=SPEC_FILE,
        holds=Spec,
        says="what a dataset is meant to teach, and how strictly it is judged",
        writer="`curate init DIR`, then you",
        reader="`curate`, wherever it takes a DIR; `train` and `evaluate`, whose files name it",
        about=f"""\
It lies in the dataset's folder. Without it `curate` guesses trigger and prefix, and says so; the
more stands here, the more rules can judge. Trainers are
{", ".join(f"`{name}`" for name in known_trainers())}; bases are
{", ".join(f"`{name}`" for name in known_bases())}.
`trainer: builtin` is short for `trainer: {{profile: builtin}}`.""",
    ),
    File(
        name=LABELS,
        holds=PictureLabels,
        says="what pictures show, by people's word",
        writer="`curate approve` and `curate calibrate`, from tags of the App; you, or any program",
        reader="the same as dataset.yaml",
        about="""\
It lies in the dataset's folder: a picture's path, with or without suffix -> its labels. They
outweigh every classifier and every caption. A list under this name is another program's, and is
left alone.""",
    ),
    File(
        name=APPROVALS,
        holds=Approvals,
        says="which pictures are approved, and which errors are accepted",
        writer="`curate approve`, from tags of the App and from `--override`; you",
        reader="`curate approve`; `curate browse` and `curate index --fiftyone` show it as tags",
        about="""\
It lies in the dataset's folder. Comments, and lines that still hold, stay as you wrote them. What
comes of it stands in manifest.json, with the hash of every file: `curate approve` writes that one,
and nobody edits it.""",
    ),
    File(
        name=CONFIG,
        holds=TrainConfig,
        says="one training run",
        writer="`train init --dataset DIR`, then you",
        reader="`train`; `evaluate init`",
        about="""\
`--config` names another file. `train plan` tells what it comes to before anything is loaded.""",
    ),
    File(
        name=SPEC,
        holds=EvalSpec,
        says="what is drawn by checkpoints, what is judged, and by whom",
        writer="`evaluate init RUN`, then you",
        reader="`evaluate`",
        about="""\
`--spec` names another file. The preset `anima-turbo8` needs `turbo`. The first `evaluate matrix`
freezes what is drawn; judges, margins and budgets may change after it.""",
    ),
)
HEAD = """\
# Configuration

Five files say what you want. What is not there has its default. Unknown keys and wrong values are
refused, all of a file at once and each with the nearest known key; so are keys that stand twice,
and aliases and tags of YAML. This page is made by `make docs` from what reads the files."""
DECISIONS = """\
## Where decisions stand

- **Tags.** In `curate browse`, tag pictures `approve`, `reject:REASON` (or `reject`) and
  `label:AXIS=LABEL`, such as `label:pose=sit`. The next `curate approve` or `curate calibrate`
  writes decisions to approvals.yaml and labels to labels.json, with the hash of the picture: they
  do not count for other bytes. A rejection outweighs an approval. Where the App and approvals.yaml
  were changed to say different things, the pictures are named, with exit code 2.
- **No decision.** A picture that nobody decided about is approved, unless approvals.yaml says
  `default: reject`.
- **Errors.** While one stands, `curate approve` refuses, with exit code 1. Mend it, reject its
  pictures, or accept it: `--override CODE --reason TEXT`. That stays in approvals.yaml, under
  `overrides`, and in manifest.json, with every finding that it covers. An override without a
  reason, or of what is no error, is refused. Errors about a run (RUN) refuse `train`, which has no
  `--override`.
- **What is not judged.** What dataset.yaml takes out under `lint` (`ignore`, `thresholds`,
  `suppressions`) neither `curate approve` nor `train` holds against it. Reports list what was
  suppressed, with the reason."""
TABLES = """\
## How to read the tables

*yes or no* is `true` or `false`; *mapping to text* is `key: text`, as often as you like. Where
*or `a, b`* stands, a list may be one text with commas. A link leads to the keys of a mapping."""
COLUMNS = "| key | type | default | what it is |\n| --- | --- | --- | --- |"
# What we call a type of JSON's schemas: one of it, and many.
NOUNS = {
    "string": ("text", "texts"),
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "boolean": ("yes or no", "yes or no"),
    "array": ("list", "lists"),
    "object": ("mapping", "mappings"),
    "null": ("`null`", "`null`"),
}
# pydantic has other names for limits that stand behind a BeforeValidator.
LIMITS = {
    "minimum": "at least {:g}",
    "ge": "at least {:g}",
    "exclusiveMinimum": "above {:g}",
    "gt": "above {:g}",
    "maximum": "at most {:g}",
    "le": "at most {:g}",
    "exclusiveMaximum": "below {:g}",
    "lt": "below {:g}",
    "multipleOf": "a multiple of {:g}",
    "minLength": "length at least {}",
    "maxLength": "length at most {}",
    "minItems": "length at least {}",
    "maxItems": "length at most {}",
    "pattern": "matching `{}`",
}


def configuration_page() -> str:
    """All of it, as Markdown.

    Raises:
        ValueError: a docstring does not describe a field of its record.
    """
    return "\n\n".join(_blocks()) + "\n"


def where_rules_are_set() -> str:
    """For the head of the rules' manual: where to say which of them run, and how strictly."""
    section = anchor(f"{SPEC_FILE}: lint")
    return f"""\
Which of them run, and how strictly, stands in the dataset's {SPEC_FILE}, under `lint`:

{_example(LINT, SPEC_FILE)}

`--select`, `--ignore` and `--profile` of `curate lint` take the place of what stands there. Every
key of every file: [docs/configuration.md](../docs/configuration.md#{section})."""


def anchor(heading: str) -> str:
    """What GitHub calls a heading in links."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def records_of(holds: type, key: str = "") -> Iterator[tuple[type, str]]:
    """A record, and all that its fields may hold, each with the key under which it lies."""
    yield holds, key
    for name, form in get_type_hints(holds).items():
        for inner in _inside(form):
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                yield from records_of(inner, f"{key}.{name}".lstrip("."))


def described(holds: type) -> tuple[str, Mapping[str, str]]:
    """What the docstring of a record says of it, and of each of its fields.

    Raises:
        ValueError: it leaves a field out, or describes one that is not there.
    """
    about, _, rest = inspect.cleandoc(holds.__doc__ or "").partition("\n\nAttributes:\n")
    entries = re.split(r"^ {4}(?! )", rest.partition("\n\n")[0], flags=re.MULTILINE)[1:]
    parted = (" ".join(entry.split()).partition(": ") for entry in entries)
    told = {name: meaning for name, _, meaning in parted}
    names = [field.name for field in dataclasses.fields(holds)]
    place = f"{holds.__module__}.{holds.__qualname__}: `Attributes:`"
    if silent := [name for name in names if not told.get(name)]:
        raise ValueError(f"{place} does not describe {', '.join(silent)}")
    if strange := [name for name in told if name not in names]:
        raise ValueError(f"{place} describes {', '.join(strange)}, which is no field")
    return " ".join(about.split()), told


def _inside(form: Any) -> list[Any]:  # noqa: ANN401 - a type form
    """The plain types of which a type form is made."""
    return [plain for part in get_args(form) for plain in _inside(part)] or [form]


def _blocks() -> Iterator[str]:
    yield HEAD
    rows = ["| file | what it says | who writes it | what reads it |", "| --- | --- | --- | --- |"]
    rows += [
        f"| [{file.name}](#{anchor(file.name)}) | {file.says} | {file.writer} | {file.reader} |"
        for file in FILES
    ]
    yield "\n".join(rows)
    yield DECISIONS
    yield TABLES
    headings: dict[type, str] = {}
    for file in FILES:
        yield from _chapter(file, headings)


def _chapter(file: File, headings: dict[type, str]) -> Iterator[str]:
    """A file: its examples, its keys, and a section for each record that is not on the page yet."""
    yield f"## {file.name}"
    yield file.about
    yield "The least that works:"
    yield _example(MINIMAL, file.name)
    yield "Most of what there is:"
    yield _example(FULL, file.name)
    found = dict(records_of(file.holds))
    new = {holds: _heading(file.name, found[holds], holds) for holds in found.keys() - headings}
    headings |= new
    links = {holds.__name__: _link(headings[holds], file.name) for holds in found}
    for holds in filter(new.__contains__, found):
        if holds is not file.holds:
            yield f"### {headings[holds]}"
        about, _ = described(holds)
        yield about
        yield "\n".join((COLUMNS, *_rows(holds, links)))


def _heading(file: str, key: str, holds: type) -> str:
    """The place of a record; where several may lie there, the `kind` tells which."""
    kinds = get_args(get_type_hints(holds).get("kind"))
    name = f"{key} of kind {kinds[0]}" if len(kinds) == 1 else key
    return f"{file}: {name}" if name else file


def _link(heading: str, file: str) -> str:
    """A link to a section, which need not repeat the file that it is in."""
    return f"[{heading.removeprefix(f'{file}: ')}](#{anchor(heading)})"


def _example(kind: str, name: str) -> str:
    text = (EXAMPLES / kind / name).read_text(encoding="utf-8")
    return f"```{Path(name).suffix.removeprefix('.')}\n{text.rstrip()}\n```"


def _rows(holds: type, links: Mapping[str, str]) -> Iterator[str]:
    _, meanings = described(holds)
    schemas = TypeAdapter(holds).json_schema(ref_template="{model}")["properties"]
    forms = get_type_hints(holds, include_extras=True)
    for field in dataclasses.fields(holds):
        kind = _words(_without_null(schemas[field.name]), links)
        if _holds(forms[field.name], Tags):
            kind = kind.replace("of texts", "of texts or `a, b`")
        cells = (f"`{field.name}`", kind, _default(field), meanings[field.name])
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _holds(form: Any, wanted: Any) -> bool:  # noqa: ANN401 - type forms
    return form == wanted or any(_holds(part, wanted) for part in get_args(form))


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema whose null is no more than its default, which has a column of its own."""
    match schema:
        case {"anyOf": [dict() as only, {"type": "null"}], "default": None}:
            return only
    return schema


def _default(field: "dataclasses.Field[Any]") -> str:
    make = field.default_factory
    if make is not dataclasses.MISSING:
        made = make()
        # What an empty mapping is read as.
        bare = made == type(made)() and dataclasses.is_dataclass(made)
        return _code({} if bare else made)
    return "required" if field.default is dataclasses.MISSING else _code(field.default)


def _code(value: object) -> str:
    """A value as one would write it."""
    text = yaml.safe_dump(to_plain(value), default_flow_style=True, width=math.inf, sort_keys=False)
    # What ends a document that is a plain scalar.
    return f"`{text.rstrip().removesuffix('...').rstrip()}`"


def _words(schema: Mapping[str, Any], links: Mapping[str, str], *, many: bool = False) -> str:
    """What a value may be, by its schema.

    Args:
        schema: of the value.
        links: name of a record -> link to its keys.
        many: whether there may be several of it.
    """
    words = partial(_words, links=links)
    match schema:
        case {"$ref": name}:
            return links[name]
        case {"const": value}:
            return _code(value)
        case {"enum": values}:
            return ("" if many else "one of ") + ", ".join(map(_code, values))
        case {"anyOf": choices} | {"oneOf": choices}:
            return ", or ".join(map(words, choices))
        case {"prefixItems": [first, *_] as items}:
            return f"{len(items)} {words(first, many=True)}"
    limits = (said.format(schema[name]) for name, said in LIMITS.items() if name in schema)
    return ", ".join((NOUNS[schema["type"]][many] + _content(schema, words), *limits))


def _content(schema: Mapping[str, Any], words: Callable[..., str]) -> str:
    """What a list or a mapping holds."""
    match schema:
        case {"items": item}:
            return f" of {words(item, many=True)}"
        case {"patternProperties": inner}:
            ((pattern, value),) = inner.items()
            return f" from texts matching `{pattern}` to {words(value)}"
        case {"propertyNames": names, "additionalProperties": value}:
            return f" from {words(names, many=True)} to {words(value)}"
        case {"additionalProperties": dict() as value}:
            return f" to {words(value)}"
    return ""
