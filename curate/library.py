"""The linter for programs: a guard in a training script, a notebook, a test."""

import os
from collections.abc import Iterable
from pathlib import Path

from curate.baseline import against, load_baseline
from curate.judging import changed_settings, judge
from curate.session import open_dataset
from rules.report import Report
from rules.spec import RuleProfile


def lint(  # noqa: PLR0913 - the options of `curate lint`, all by keyword
    path: str | os.PathLike[str],
    *,
    trainer: str | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    profile: RuleProfile | None = None,
    baseline: str | os.PathLike[str] | None = None,
    measure: bool = True,
    cache_dir: str | os.PathLike[str] | None = None,
) -> Report:
    """Judge a dataset, as `curate lint` does.

    Example:
        >>> from curate import lint
        >>> lint("datasets/mycharacter", measure=False).raise_for_findings()  # doctest: +SKIP

    Args:
        path: the folder of the dataset.
        trainer: a trainer profile in place of the one in dataset.yaml.
        select: prefixes of codes; only those rules run.
        ignore: prefixes of codes; those rules do not.
        profile: how picky to be.
        baseline: a file of findings that are known and do not count.
        measure: whether pictures without facts are measured; otherwise they are an error.
        cache_dir: where facts are kept, in place of `.curate/` in the dataset.

    Returns:
        What was found and what could not be judged. Nothing is printed; nothing but the cache is
        written.

    Raises:
        UserError: no such folder, no pictures, unknown codes, or pictures without facts while
            `measure` is off.
        RecordError: dataset.yaml, the facts or the baseline cannot be understood.
        RuleCrash: a rule raised; nothing was judged.
    """
    session = open_dataset(
        os.fspath(path),
        trainer=trainer,
        cache_dir=None if cache_dir is None else Path(cache_dir),
        measure=measure,
    )
    settings = changed_settings(
        session.dataset.spec.lint, _joined(select), _joined(ignore), profile
    )
    report = judge(session, settings)
    if baseline is None:
        return report
    return against(report, load_baseline(Path(baseline)))


def _joined(codes: Iterable[str] | None) -> str | None:
    if codes is None:
        return None
    return codes if isinstance(codes, str) else ",".join(codes)
