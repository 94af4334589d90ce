"""An experiment in its quick form, from nothing: the two effects that three trainings bear out."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from evaluate.experiments.__main__ import RESULTS, TRIAL, cli
from evaluate.experiments.outcomes import read_outcomes
from evaluate.experiments.run import QUICK_TRAININGS

pytestmark = pytest.mark.usefixtures("one_thread")

NAME = "self_generated"
EFFECTS = ("off target", "her own pictures go on teaching")


def test_a_set_that_the_base_drew_itself_is_off_target_again(tmp_path: Path) -> None:
    """Bounds are left out: of three trainings they seldom exclude anything."""
    [whole] = [outcome for outcome in read_outcomes(RESULTS) if outcome.name == NAME]
    # Likeness is read without probes.
    asked = ["run", NAME, "--quick", "--probes", "40", "--work", str(tmp_path)]
    result = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    [quick] = read_outcomes(tmp_path / TRIAL)
    assert quick.quick
    assert quick.base == whole.base, "the results were counted on another base: run all again"
    found = {one.name: one for one in quick.found}
    for name in EFFECTS:
        one = found[name]
        assert one.n == QUICK_TRAININGS
        assert one.estimate is not None
        assert one.estimate >= one.least
