"""`curate browse` and `curate index --fiftyone`: a folder in, a dataset in FiftyOne out."""

from pathlib import Path

from curate.browse.index import index_in_fiftyone
from curate.browse.window import open_window
from curate.gate import remember
from curate.judging import judge
from curate.session import Session, open_dataset
from rules.quoting import counted


def index_command(session: Session, name: str | None) -> str:
    """Bring the dataset up to date; what to print."""
    report = remember(session, judge(session, session.dataset.spec.lint))
    dataset, done = index_in_fiftyone(session, report, name)
    changes = ", ".join(
        f"{number:,} {what}"
        for what, number in (
            ("added", done.added),
            ("changed", done.changed),
            ("renamed", done.renamed),
            ("removed", done.removed),
        )
        if number
    )
    return f"FiftyOne dataset {dataset}: {counted(done.total, 'sample')}, {changes or 'no change'}"


def browse_command(
    directory: str, *, remote: bool, port: int | None, name: str | None, cache_dir: Path | None
) -> None:
    """Open the App on a folder until it is closed.

    Raises:
        UserError, RecordError: the folder, FiftyOne or its database will not do.
    """
    session = open_dataset(directory, cache_dir=cache_dir)
    report = remember(session, judge(session, session.dataset.spec.lint))
    open_window(session, report, name=name, port=port, remote=remote)
