"""CAP012 wildcard-syntax."""

import re

from rules.caption.reach import FedFile, fed_files
from rules.fixing import each
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Edit, Fix, Said, Severity, Violation

WILDCARD = re.compile(r"\{([^{}|]*)\|[^{}]*\}")
WEIGHT = re.compile(
    r"(?<!\\)\(((?:[^()\\]|\\.|\([^()]*\))*):\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*\)", re.DOTALL
)
# One of these is in all of it, and in few captions.
MARKS = ("{", "(", "<", "BREAK")
# What only programs that draw understand: networks to load, and the end of a chunk of tokens.
COMMAND = re.compile(r"<(?:lora|lyco|hypernet):[^<>]*>|\bBREAK\b")


@rule("CAP012", Severity.WARNING, needs=(CAPTIONS,))
def wildcard_syntax(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    r"""Prompt syntax in a training caption: `{a|b}`, `(tag:1.2)` or `<lora:name:1>`.

    What it does:
        Finds choices in braces, weights in parentheses, networks in angle brackets and `BREAK`.
        Escaped parentheses (`hatsune miku \(vocaloid\)`), times, ratios and emoticons are none.
        An info where the trainer draws one choice each time, or takes the weights off. The fix,
        which asks, keeps the first choice and drops the weight; networks and `BREAK` are left to
        you.

    Why is this bad?
        Most trainers feed the braces, pipes and numbers as text. All choices stand in one
        caption, and the LoRA learns punctuation that no prompt of yours will hold.

    Example:
        `{smile|grin}, (blue ribbon:1.2)` becomes `smile, blue ribbon`.

    Source:
        The trainers' sources, named in their profiles (`captions.wildcards`,
        `captions.weights`).
    """
    handling = dataset.trainer.captions
    for file in fed_files(dataset):
        if not any(mark in file.text for mark in MARKS):
            continue
        wildcards = [m[0] for m in WILDCARD.finditer(file.text)]
        weights = [m[0] for m in WEIGHT.finditer(file.text) if _is_weight(m)]
        commands = COMMAND.findall(file.text)
        if not wildcards and not weights and not commands:
            continue
        read = (
            not commands
            and (not wildcards or handling.wildcards)
            and (not weights or handling.weights == "removed")
        )
        fix = None if commands else _fix(file, keep_wildcards=handling.wildcards)
        found = wildcards + weights + commands
        advice = "take the commands out" if commands else "write one plain tag for each"
        setting = handling.wildcard_setting if wildcards and not handling.wildcards else None
        yield Violation(
            message=f"{counted(len(found), 'piece')} of prompt syntax ({quoted(found)}), which "
            f"{dataset.trainer.id} {'takes out' if read else 'feeds as text'}",
            evidence={
                "wildcards": list(wildcards),
                "weights": list(weights),
                "commands": list(commands),
            },
            advice=advice + (f", or set `{setting}`" if setting else ""),
            paths=(file.sidecar.path,),
            severity=Severity.INFO if read else Severity.WARNING,
            picture=file.picture.sha256,
            fixes=each(fix),
        )


def _is_weight(match: re.Match[str]) -> bool:
    """Whether a tag is weighted: (16:9), (10:30) and (smile :3) are something else."""
    content, number = match[1], match[2]
    follows_word = content[-1:].isalnum() or content[-1:] in set("_)'!?")
    has_word = any(character.isalpha() for character in content)
    return (
        bool(content) and follows_word and has_word and ("." in number or not content[-1].isdigit())
    )


def _fix(file: FedFile, *, keep_wildcards: bool) -> Fix | None:
    """One edit from the first change to the last: choices and weights may hold each other."""
    if file.start is None:
        return None
    old, new = "", file.text
    while old != new:
        old = new
        new = WEIGHT.sub(
            lambda match: match[1] if _is_weight(match) else match[0],
            new if keep_wildcards else WILDCARD.sub(r"\1", new),
        )
    if new == file.text:
        return None
    head = _common(file.text, new)
    tail = _common(file.text[head:][::-1], new[head:][::-1])
    edit = Edit(
        start=file.start + head,
        end=file.start + len(file.text) - tail,
        replacement=new[head : len(new) - tail],
    )
    return Fix(path=file.sidecar.path, edits=(edit,), safe=False)


def _common(left: str, right: str) -> int:
    """Length of the common beginning."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(left), len(right)))
