"""`curate init`: a commented dataset.yaml from what a folder shows."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from curate.errors import UserError
from curate.guess import Guess, TagUse
from curate.session import SPEC_FILE, open_dataset
from rules.finding_profiles import known_bases, known_trainers, load_base
from rules.plain_yaml import as_scalar
from rules.records import write_atomically
from rules.spec import Spec

CORE_CANDIDATES = 8
WISHES = (
    "",
    "# What the LoRA must be able to draw; a number is the least share of the pictures.",
    "# wanted:",
    "#   framing: [face, bust, full]",
    "#   view: [front, three_quarter, side, back]",
    "#   elevation: [eye, below]",
    "#   pose: {upright: 0.2}",
    "",
    "# Where the pictures come from; the first glob that matches counts.",
    "# sources:",
    '#   "bust/**": {generator: Gemini, family: gemini}',
)


def init_dataset(
    directory: str, *, cache_dir: Path | None, write: bool
) -> tuple[str, tuple[str, ...]]:
    """The text of a new dataset.yaml, and what was guessed.

    Raises:
        UserError: there is one already; it is never overwritten.
    """
    path = Path(directory) / SPEC_FILE
    if os.path.lexists(path):
        raise UserError(f"{path}: is there already and stays as it is; `curate lint` reads it")
    session = open_dataset(directory, cache_dir=cache_dir, look=None)
    if session.guess is None:
        raise UserError(f"{path}: appeared while the folder was read; `curate lint` reads it")
    text = render_spec(session.guess, session.dataset.name)
    notes = [f"guessed {note}" for note in session.guess.notes]
    if write:
        write_atomically(path, text.encode())
        notes.append(f"wrote {path}; read it, then run `curate lint {shlex.quote(directory)}`")
    return text, tuple(notes)


def render_spec(guess: Guess, name: str) -> str:
    """dataset.yaml as people would like to find it: short, and every line says why."""
    return "\n".join(_lines(guess, name)) + "\n"


def _lines(guess: Guess, name: str) -> Iterable[str]:
    yield from _subject(guess, name)
    yield ""
    yield from _profiles(guess)
    yield ""
    yield from _layout(guess.spec)
    yield from WISHES


def _subject(guess: Guess, name: str) -> Iterable[str]:
    spec, total = guess.spec, guess.captions
    yield "# What this dataset is meant to teach. `curate lint` judges pictures and captions by it."
    yield "subject:"
    yield f"  name: {as_scalar(spec.subject.trigger or name)}"
    if guess.triggers:
        best = guess.triggers[0]
        why = f"leads the tags; in {best.count} of {total} captions"
        yield f"  trigger: {as_scalar(spec.subject.trigger or best.tag)}  # {why}"
        if guess.triggers[1:]:
            yield f"  # or: {_uses(guess.triggers[1:], total)}"
    else:
        yield "  # trigger:  # no word leads most captions: name the one that shall call her up"
    yield "  # Core features that the trigger shall carry by itself; then no caption may tag them."
    if guess.common:
        yield f"  # In most captions: {_uses(guess.common[:CORE_CANDIDATES], total)}"
    yield "  absorb: []"
    yield "  prose_only: []  # features that sentences name and tags do not"
    yield "  structure: []  # features that stay tags (ribbon, braid...)"
    yield "  # handed: {side ponytail: right}  # features with a side, as the viewer sees it"
    yield "  # outfits: {uniform: [school uniform], casual: [hoodie, jeans]}"


def _profiles(guess: Guess) -> Iterable[str]:
    spec = guess.spec
    yield f"base: {spec.base}  # one of {', '.join(known_bases())}"
    style = load_base(spec.base).captions.tag_style
    if guess.underscores:
        share = f"{guess.underscores} of {guess.captions} captions"
        yield f"# Tags have underscores in {share}; the base reads {style}."
    yield f"trainer: {spec.trainer_choice.profile}  # one of {', '.join(known_trainers())}"
    if guess.repeats:
        yield f"# The folders' names ask for {' and '.join(map(str, guess.repeats))} repeats."


def _layout(spec: Spec) -> Iterable[str]:
    yield "caption:"
    yield f"  prefix: [{', '.join(map(as_scalar, spec.caption.prefix))}]"
    if spec.caption.sentences:
        yield f"  sentences: {spec.caption.sentences}"
    slots = ", ".join(load_base(spec.base).captions.slots)
    yield f"  # slots: [{slots}]"


def _uses(uses: Iterable[TagUse], total: int) -> str:
    return ", ".join(f"{_comment(use.tag)} {use.count}/{total}" for use in uses)


def _comment(text: str) -> str:
    """A caption's word inside a comment: nothing in it may begin a new line."""
    return "".join(c if c.isprintable() else "?" for c in text)
