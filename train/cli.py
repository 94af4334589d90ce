"""`train`: its place on the command line; the trainer itself is not there yet."""

import sys


def main() -> None:
    """Say what is not there yet; exit 2, so that no script takes it for a training."""
    sys.stderr.write(
        "train: the trainer is not in this version; `curate lint DIR` judges a dataset for any "
        "trainer, and `curate preview DIR` shows what it will be fed\n"
    )
    sys.exit(2)
