"""approvals.yaml: what people decided about pictures and findings, each with its reason."""

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from rules.records import load_yaml, parse, record

APPROVALS = "approvals.yaml"
HEADER = """\
# What people decided. `curate approve` reads this file and adds what was tagged in the App.
"""


@record
class Decision:
    """What was decided about one picture.

    Attributes:
        decision: approve or reject.
        reason: why; a rejection should say it.
        sha256: of the picture that was looked at; a decision about other bytes does not count.
    """

    decision: Literal["approve", "reject"]
    reason: str | None = None
    sha256: str | None = None

    @property
    def tag(self) -> str:
        """The same as a tag in the App."""
        return (
            f"{self.decision}:{self.reason}"
            if self.decision == "reject" and self.reason
            else self.decision
        )


@record
class Approvals:
    """The whole file.

    Attributes:
        default: what becomes of pictures that nobody decided about.
        pictures: path -> decision.
        overrides: code of an error -> the reason why it is accepted.
    """

    default: Literal["approve", "reject"] = "approve"
    pictures: Mapping[str, Decision] = field(default_factory=dict)
    overrides: Mapping[str, Annotated[str, Field(min_length=1)]] = field(default_factory=dict)

    def of(self, path: str, sha256: str | None) -> Decision | None:
        """The decision about a picture, None where there is none about these bytes."""
        decision = self.pictures.get(path)
        stale = decision is not None and decision.sha256 not in {None, sha256}
        return None if stale else decision


def load_approvals(root: Path) -> Approvals:
    """Read a dataset's approvals.yaml; without one nothing is decided.

    Raises:
        RecordError: it cannot be understood.
    """
    path = root / APPROVALS
    if not os.path.lexists(path):
        return Approvals()
    data = load_yaml(path, APPROVALS)
    return parse(Approvals, {} if data is None else data, APPROVALS)
