"""`evaluate`: its place on the command line; the evaluator itself is not there yet."""

import sys


def main() -> None:
    """Say what is not there yet; exit 2, so that no script takes it for a verdict."""
    sys.stderr.write(
        "evaluate: the evaluator is not in this version; `curate lint DIR` says before the "
        "training what a dataset will teach\n"
    )
    sys.exit(2)
