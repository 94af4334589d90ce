"""What a plan comes to, in a line and in a few."""

from collections.abc import Iterator

from curate.plan.plan import Plan, plannable
from rules.quoting import counted


def headline(plan: Plan) -> str:
    """What is to be done, in one line."""
    if not plan.num_added and not plan.num_dropped:
        return "no choice of pictures clears what is found"
    added = [f"add {counted(plan.num_added, 'picture')}"] if plan.num_added else []
    dropped = [f"drop {plan.num_dropped:,} of {plan.pictures:,}"] if plan.num_dropped else []
    return " and ".join([*added, *dropped])


def verdicts(plan: Plan) -> Iterator[tuple[str, str]]:
    """What a plan clears, what comes up and what stays, each with its codes."""
    if plan.cleared:
        yield "clears", ", ".join(plan.cleared)
    for code in plan.coming:
        advice = next(f.advice for f in plan.predicted.findings if f.code == code)
        yield "comes up", f"{code}: {advice}"
    pictures = [code for code in plan.staying if plannable(code)]
    others = [code for code in plan.staying if not plannable(code)]
    if pictures:
        yield "stays", f"{', '.join(pictures)}: worth more pictures than the plan may spend"
    if others:
        yield "stays", f"{', '.join(others)}: a choice of pictures is not what clears it"
