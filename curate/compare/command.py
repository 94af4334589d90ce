"""`curate compare A B`: judge both, and print what moved."""

from pathlib import Path

from curate.compare.compare import compare
from curate.compare.formats import FORMATS, render
from curate.judging import judge
from curate.outputs import parse_outputs, write_outputs
from curate.session import open_dataset


def compare_command(
    before: str,
    after: str,
    *,
    trainer: str | None,
    forms: tuple[str, ...],
    output_file: Path | None,
) -> None:
    """Compare two folders and write what moved.

    Raises:
        UserError, RecordError, RuleCrash: one of them could not be judged.
    """
    outputs = parse_outputs(forms, output_file, FORMATS)
    one, other = (open_dataset(folder, trainer=trainer) for folder in (before, after))
    reports = tuple(judge(s, s.dataset.spec.lint) for s in (one, other))
    comparison = compare(one, other, (reports[0], reports[1]))

    def rendered(form: str, *, terminal: bool) -> str:  # noqa: ARG001 - it has no colours
        return render(form, comparison)

    write_outputs(outputs, rendered, other.store.folder, "comparison")
