"""From a folder of pictures and captions to an approved manifest.

For programs: `from curate import lint`; `lint("datasets/mycharacter").raise_for_findings()`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curate.library import lint as lint
    from rules.report import Finding as Finding
    from rules.report import FindingsError as FindingsError
    from rules.report import Report as Report

__all__ = ["Finding", "FindingsError", "Report", "lint"]

# As in pyproject.toml: asking the installed package costs a lint a tenth of its time.
__version__ = "0.1.0"

_PLACES = {"lint": "curate.library"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    """Import what is asked for when it is: `curate --help` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module `curate` has no attribute `{name}`")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(_PLACES.get(name, "rules.report")), name)
