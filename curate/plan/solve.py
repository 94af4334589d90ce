"""The solver: greedily what clears most for the fewest pictures, then nothing that is not needed.

A rule's verdict may need several pictures at once, so moves are whole groups; what turns out to be
too much of a group is taken back one by one, while nothing that was cleared comes back. Rules that
no choice of pictures clears are not asked each time, but a step must not make them complain.
"""

import datetime as dt
import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from curate.plan.moves import Move, additions, drops
from curate.plan.shots import Darkroom, PlannedPicture, Shot
from rules import engine
from rules.model import Dataset
from rules.records import record
from rules.registry import all_rules
from rules.report import Finding, Report
from rules.spec import LintSettings
from rules.violation import Severity

# Findings about what the set as a whole shows; the others no choice of pictures clears well.
FAMILIES = ("BAL", "CON", "COV")
# What is missing is not there either once fewer pictures show that it is missing.
ONLY_NEW_CLEAR = frozenset(
    {"CON002", "CON004", "CON005", "COV001", "COV002", "COV005", "COV007", "COV010"}
)
WEIGHTS = {Severity.ERROR: 10.0, Severity.WARNING: 3.0, Severity.INFO: 0.0}
ADDED, DROPPED = 1.0, 0.5
# A warning is worth fifteen new pictures, and no more.
LEAST_GAIN = 0.2
MOST_STEPS = 16
LEAST_TRIED = 40
# How often a dataset may be judged: less often where each time costs more.
LEAST_JUDGED, MOST_JUDGED, MOST_WORK = 150, 900, 150_000

NOTHING = Move()
Told = dict[str, tuple[float, ...]]


@record
class State:
    """A dataset as it would be.

    Attributes:
        weight: what is wrong with it, in units of its own.
        codes: of the findings that weigh anything.
        elsewhere: what other rules would say that they do not say today, in the same units.
    """

    move: Move
    weight: float
    codes: tuple[str, ...]
    elsewhere: float = 0.0

    @property
    def cost(self) -> float:
        """How much work it is."""
        return ADDED * len(self.move.added) + DROPPED * len(self.move.dropped)


class Solver:
    """Looks for a plan of one dataset."""

    def __init__(self, dataset: Dataset, settings: LintSettings, today: dt.date) -> None:
        """Take the dataset with the rules that judge it."""
        self.dataset = dataset
        self.darkroom = Darkroom(dataset)
        self._settings = settings
        self._today = today
        self._gained: dict[str, float] = {}
        self._most = max(LEAST_JUDGED, min(MOST_JUDGED, MOST_WORK // max(1, len(dataset.pictures))))
        chosen = settings.select or FAMILIES
        select = tuple(code for code in chosen if code.startswith(FAMILIES))
        self._narrow = replace(settings, select=select or FAMILIES)
        self._nothing_dropped: dict[tuple[Shot, ...], Told] = {}
        self.judged = 0
        self._said_elsewhere = self._elsewhere(NOTHING)

    def solve(self, max_add: int, max_drop: int) -> Iterator[State]:
        """Better and better states, the last the plan; the first is the dataset as it is."""
        state = self._weighed(NOTHING)
        yield state
        for _ in range(MOST_STEPS):
            # What is taken back makes room for other steps.
            found = self._best(state, max_add, max_drop) or self._trimmed(state)
            if found == state:
                break
            state = found
            yield state
        else:
            yield self._trimmed(state)

    def planned(self, move: Move) -> tuple[PlannedPicture, ...]:
        """The pictures that a move adds."""
        return self.darkroom.plan(move.added)

    def hypothetical(self, move: Move) -> Dataset:
        """The dataset as it would be."""
        gone = set(move.dropped)
        kept = [picture for picture in self.dataset.pictures if picture.path not in gone]
        made = self.darkroom.develop(self.planned(move)) if move.added else ()
        pictures = tuple(sorted((*kept, *made), key=lambda picture: picture.path))
        return replace(self.dataset, pictures=pictures)

    def report(self, move: Move, tool: str) -> Report:
        """What every rule would say."""
        return engine.lint(self.hypothetical(move), self._settings, tool=tool, today=self._today)

    def needed_for(self, state: State, without: Move) -> tuple[str, ...]:
        """The codes that come back where a part of a state is left out."""
        there = list(state.codes)
        back = []
        for code in self._weighed(without).codes:
            if code in there:
                there.remove(code)
            else:
                back.append(code)
        return tuple(sorted(set(back)))

    def _best(self, state: State, max_add: int, max_drop: int) -> State | None:
        """The state with the largest gain a picture, None where none is worth it.

        Moves that gained most in the step before are tried first; once some have been tried, one
        that beats what the next gained then is taken. What gained nothing then may gain now.
        """
        moves = dict(self._moves(state.move, max_add, max_drop))
        names = sorted(moves, key=lambda name: -self._gained.get(name, math.inf))
        found: list[tuple[float, State]] = []
        for tried, name in enumerate(names):
            best_ratio = max((ratio for ratio, _ in found), default=-math.inf)
            if self.judged >= self._most:
                break
            if tried >= LEAST_TRIED and best_ratio >= self._gained.get(name, math.inf):
                break
            other = self._weighed(moves[name], state.elsewhere)
            self._gained[name] = _gain(state, other)
            if self._gained[name] > LEAST_GAIN:
                found.append((self._gained[name], other))
        return self._best_everywhere(state, found)

    def _best_everywhere(self, state: State, found: list[tuple[float, State]]) -> State | None:
        """The best of what was found once every rule has been asked about it."""
        waiting = [(-ratio, place, False) for place, (ratio, _) in enumerate(found)]
        heapq.heapify(waiting)
        states = [other for _, other in found]
        while waiting:
            ratio, place, asked = heapq.heappop(waiting)
            if asked:
                return states[place]
            states[place] = self._everywhere(states[place])
            ratio = _gain(state, states[place])
            if ratio <= LEAST_GAIN:
                # It may be one picture too many that others complain about.
                states[place] = self._trimmed(states[place], state.move)
                ratio = _gain(state, states[place])
            if ratio > LEAST_GAIN:
                heapq.heappush(waiting, (-ratio, place, True))
        return None

    def _moves(self, move: Move, max_add: int, max_drop: int) -> Iterator[tuple[str, Move]]:
        room = max_add - len(move.added)
        for name, shots in additions(self.dataset, move.added, room):
            yield name, Move(added=(*move.added, *shots), dropped=move.dropped)
        for name, paths in drops(self.dataset, move.dropped, max_drop - len(move.dropped)):
            yield name, Move(added=move.added, dropped=(*move.dropped, *paths))

    def _trimmed(self, state: State, since: Move = NOTHING) -> State:
        """The state without what it does not need of what came since a move."""
        for number in reversed(range(len(since.added), len(state.move.added))):
            added = (*state.move.added[:number], *state.move.added[number + 1 :])
            state = self._if_no_worse(state, replace(state.move, added=added))
        for path in reversed(state.move.dropped[len(since.dropped) :]):
            dropped = tuple(other for other in state.move.dropped if other != path)
            state = self._if_no_worse(state, replace(state.move, dropped=dropped))
        return state

    def _if_no_worse(self, state: State, move: Move) -> State:
        found = self._weighed(move)
        if found.weight > state.weight:
            return state
        found = self._everywhere(found)
        return found if found.elsewhere <= state.elsewhere else state

    def _everywhere(self, state: State) -> State:
        """The state with what the other rules would say."""
        more = self._elsewhere(state.move) - self._said_elsewhere
        return replace(state, elsewhere=sum(weight for _, weight in more.elements()))

    def _elsewhere(self, move: Move) -> Counter[tuple[str, float]]:
        """How often every other rule would say something, by weight."""
        self.judged += 1
        findings = self.report(move, "").findings
        return Counter((f.code, _weight(f)) for f in findings if not f.code.startswith(FAMILIES))

    def _weighed(self, move: Move, elsewhere: float = 0.0) -> State:
        told = self._told(move)
        if move.dropped:
            kept = self._told_of_all(move.added)
            told |= {
                code: max(weights, told.get(code, ()), key=sum)
                for code, weights in kept.items()
                if code in ONLY_NEW_CLEAR
            }
        return State(
            move=move,
            weight=sum(map(sum, told.values())),
            codes=tuple(code for code, weights in told.items() for _ in weights),
            elsewhere=elsewhere,
        )

    def _told_of_all(self, added: tuple[Shot, ...]) -> Told:
        """What is said with nothing dropped; it is asked for each step that drops something."""
        if added not in self._nothing_dropped:
            self._nothing_dropped[added] = self._told(Move(added=added))
        return self._nothing_dropped[added]

    def _told(self, move: Move) -> Told:
        """Rule -> the weight of each of its findings that weigh anything."""
        self.judged += 1
        report = engine.lint(self.hypothetical(move), self._narrow, tool="", today=self._today)
        told: Told = {}
        for finding in report.findings:
            if finding.code.startswith(FAMILIES) and (weight := _weight(finding)):
                told[finding.code] = (*told.get(finding.code, ()), weight)
        return told


def _weight(finding: Finding) -> float:
    """How bad a finding is, or would be if its facts were sure: new pictures mend either."""
    usual = _usual_severities().get(finding.code, finding.severity)
    return WEIGHTS[max(usual, finding.severity, key=lambda severity: severity.rank)]


@cache
def _usual_severities() -> Mapping[str, Severity]:
    return {rule.code: rule.severity for rule in all_rules()}


def _gain(state: State, found: State) -> float:
    """What a step clears for each unit of work; nothing where all of it was taken back."""
    cleared = state.weight + state.elsewhere - found.weight - found.elsewhere
    return cleared / (found.cost - state.cost) if found.cost > state.cost else 0.0
