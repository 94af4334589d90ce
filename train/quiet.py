"""Libraries that would talk over a run's own words."""

import warnings

from train.untyped import library


def quiet_libraries() -> None:
    """Leave errors alone, and no bars, hints or warnings of libraries."""
    warnings.filterwarnings("ignore")
    library("diffusers.utils.logging").set_verbosity_error()
    library("transformers.utils.logging").set_verbosity_error()
