"""Commands that change a dataset or tell how to: fix, plan and compare."""

from typing import Any

import click

from curate.options import (
    cache_option,
    folder,
    formats_option,
    output_option,
    trainer_option,
)


@click.command()
@folder
@trainer_option
@click.option("--select", metavar="CODES", help="Only fixes of rules whose codes begin so.")
@click.option("--ignore", metavar="CODES", help="No fixes of rules whose codes begin so.")
@click.option("--unsafe", is_flag=True, help="Also fixes that may change what a caption means.")
@click.option("--diff", is_flag=True, help="Change nothing; exit 1 if something would change.")
@click.option("--undo", "undoing", is_flag=True, help="Put back what the last fix changed.")
@cache_option
@click.pass_context
def fix(context: click.Context, /, directory: str, **options: Any) -> None:  # noqa: ANN401
    """Mend captions in DIR and show each change. Pictures stay as they are.

    Exit codes: 0 done, 1 a caption was left alone, 2 it could not judge.
    """
    from curate.fix.command import fix_command

    context.exit(fix_command(directory, **options))


@click.command()
@folder
@trainer_option
@click.option("--max-add", type=click.IntRange(0), metavar="N", help="Pictures.  [default: 20]")
@click.option(
    "--max-drop", type=click.IntRange(0), metavar="N", help="Pictures.  [default: a third]"
)
@formats_option(("text", "json", "markdown", "html"))
@output_option
@cache_option
def plan(directory: str, **options: Any) -> None:  # noqa: ANN401
    """Say which pictures to add to DIR and which to drop. Tells what is found then."""
    from curate.plan.command import plan_command

    plan_command(directory, **options)


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@trainer_option
@formats_option(("text", "json", "markdown"))
@output_option
def compare(before: str, after: str, **options: Any) -> None:  # noqa: ANN401
    """Say what moved from dataset A to dataset B. Counts the factors that changed."""
    from curate.compare.command import compare_command

    compare_command(before, after, **options)
