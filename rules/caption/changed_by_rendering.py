"""CAP006 changed-by-rendering."""

from rules.caption.json_values import JsonFault, JsonValue, known_words, read_values, words_of
from rules.caption.reach import BOM, JSON, FedFile, fed_files
from rules.model import Dataset
from rules.needs import CAPTIONS
from rules.quoting import counted, quoted
from rules.registry import NoOptions, rule
from rules.violation import Said, Severity, Violation


@rule("CAP006", Severity.ERROR, needs=(CAPTIONS,), profile="min")
def changed_by_rendering(dataset: Dataset, options: NoOptions) -> Said:  # noqa: ARG001 - it has none
    """Words of a caption file that the trainer does not feed, or feeds as something else.

    What it does:
        Compares what a caption file says with what is fed. JSON: a file that does not parse, is
        no object or has no field that is read feeds nothing; a value in a field that the trainer
        looks for elsewhere is lost. It is an error where nothing or the trigger is lost, else a
        warning. Text: a trainer that cuts a caption without commas into words makes many tags of
        one. Dropped lines are CAP011's, byte order marks CAP008's.

    Why is this bad?
        The file looks right and the training does not get it. Without the trigger, the
        character is learned as what the base draws anyway.

    Example:
        `{"character": {"name": "tk"}}` for AnimaLoraToolkit, which reads `character.full`: `tk`
        is never fed.

    Source:
        The trainers' sources, named in their profiles (`captions.json_fields`,
        `captions.json_broken`, `captions.commaless`).
    """
    for file in fed_files(dataset):
        if file.sidecar.suffix == JSON:
            found = _json_fault(dataset, file)
        else:
            found = _words_fault(dataset, file)
        if found is not None:
            yield found


def _json_fault(dataset: Dataset, file: FedFile) -> Violation | None:
    text = (file.sidecar.text or "").lstrip(BOM)
    if not text.strip():
        return None
    then = {"empty": "trains the picture on empty text", "crash": "stops"}.get(
        dataset.trainer.captions.json_broken or "", "reads nothing"
    )
    values = read_values(text)
    if isinstance(values, JsonFault):
        return _violation(
            file,
            Severity.ERROR,
            f"{values.what}: {dataset.trainer.id} {then}",
            {"fault": values.what, "line": values.line, "column": values.column},
            "mend the JSON, or delete it and write the caption as text",
        )
    return _lost_values(dataset, file, values)


def _lost_values(dataset: Dataset, file: FedFile, values: list[JsonValue]) -> Violation | None:
    handling = dataset.trainer.captions
    fed, trigger = words_of(file.text), words_of(dataset.spec.subject.trigger or "")
    # A byte order mark makes the JSON unreadable as a whole, which is another rule's finding.
    if (file.sidecar.text or "").startswith(BOM) and not file.text:
        return None
    known = known_words((*handling.json_fields, handling.json_prose))
    lost, loses_trigger = [], False
    for value in values:
        missing = [part for part in value.parts if words_of(part) not in fed]
        names_trigger = bool(trigger.strip()) and any(trigger in words_of(p) for p in missing)
        if missing and (names_trigger or not file.text or not known.isdisjoint(value.keys)):
            lost.append(".".join(value.keys))
        loses_trigger = loses_trigger or (names_trigger and trigger not in fed)
    if not lost:
        return None
    message = f"{len(lost)} of {counted(len(values), 'value')} not fed: {quoted(lost)}"
    if loses_trigger:
        message += f"; the trigger `{dataset.spec.subject.trigger}` is lost with them"
    elif not file.text:
        message += "; the picture trains on empty text"
    severe = loses_trigger or not file.text
    return _violation(
        file,
        Severity.ERROR if severe else Severity.WARNING,
        message,
        {"lost": list(lost), "values": len(values), "trigger_lost": loses_trigger},
        f"move them to fields that {dataset.trainer.id} reads ({_plain_names(dataset)}),"
        " or write the caption as text and delete the JSON",
    )


def _plain_names(dataset: Dataset) -> str:
    """The shortest way to each field: `a.b|c` is also found at c."""
    fields = dataset.trainer.captions.json_fields
    return quoted((field.rpartition("|")[2] for field in fields), len(fields))


def _words_fault(dataset: Dataset, file: FedFile) -> Violation | None:
    words = len(file.text.split())
    cut = dataset.trainer.captions.commaless == "words" and "," not in file.text
    # Where they are shuffled too, CAP016 says so.
    if not cut or dataset.trainer.shuffle.enabled or words <= 1:
        return None
    return _violation(
        file,
        Severity.ERROR,
        f"no comma: {dataset.trainer.id} feeds its {words} words as {words} tags",
        {"words": words, "commas": 0},
        "part the tags by commas; a comma behind the last word is enough for a sentence",
    )


def _violation(
    file: FedFile, severity: Severity, message: str, evidence: dict[str, object], advice: str
) -> Violation:
    return Violation(
        message=message,
        evidence=evidence,  # type: ignore[arg-type]
        advice=advice,
        paths=(file.sidecar.path,),
        severity=severity,
        picture=file.picture.sha256,
    )
