"""Injected cases: whom each happens to, and the engagement that it brings night by night."""

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.events import Events, crowd, outsiders
from evenscore.laboratory.simulation.evidence import Evidence
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.truth import KINDS, Case, Kind, Truth
from evenscore.laboratory.simulation.world import BURN_IN_NIGHTS, World

FIRST_POST = 10_000
"""Injected posts are numbered from here on, a hundred for each night."""
MOST_ACTIONS = 40
"""Times that a member of a ring acts on another in one night, at most: more would show by itself."""
ENGAGER_OF_MANY = 2000
"""Actions of the one engager of `single_engager`: the log leaves no more than 14 points even of these."""
FRIENDS_SHARE = 2
"""Engagers from outside for each from within a community: it is the event that lifts it, not its members."""
PROVISIONAL_NIGHTS, YOUNG_NIGHTS = 21, 50


class Cases:
    """The injected cases of one simulation."""

    def __init__(self, world: World, truth: Truth) -> None:
        self._world = world
        self._truth = truth
        self._calendar: dict[int, list[Kind]] = {}
        for number, kind in enumerate(KINDS):
            self._schedule(kind, world.size.draws(20, number))

    def _schedule(self, kind: Kind, draws: np.random.Generator) -> None:
        size = self._world.size
        count = max(2 if kind.members[1] > 1 else 4, size.accounts // kind.accounts_per_case)
        last = size.nights - 3 if kind.nights[1] <= 3 else size.first_fault_night - kind.nights[1]
        for night in draws.integers(1, max(last, 2), count):
            self._calendar.setdefault(int(night), []).append(kind)

    def begin(self, night: int, eve: Evidence, first_received: NDArray[np.int16]) -> None:
        """Choose whom tonight's new cases happen to, by how everybody stands before tonight's events."""
        if night not in self._calendar:
            return
        age = night - first_received.astype(np.int32)
        pools = {whom: self._pool(whom, night, eve, age) for whom in {kind.whom for kind in self._calendar[night]}}
        used = self._truth.used
        for number, kind in enumerate(self._calendar[night]):
            draws = self._world.size.draws(21, night, number)
            free = [account for account in pools[kind.whom].tolist() if account not in used]
            most = min(kind.members[1], max(kind.members[0], self._world.size.accounts // 40))
            wanted = int(draws.integers(kind.members[0], most + 1))
            if len(free) < max(kind.members[0], 1):
                continue
            chosen = tuple(sorted(draws.choice(free, min(wanted, len(free)), replace=False).tolist()))
            used |= set(chosen)
            nights = int(draws.integers(kind.nights[0], kind.nights[1] + 1))
            points = float(draws.uniform(*kind.points))
            self._truth.cases.append(Case(len(self._truth.cases), kind, chosen, night, nights, points))

    def _pool(self, whom: str, night: int, eve: Evidence, age: NDArray[np.int32]) -> NDArray[np.int64]:
        standing = Standing.of(eve)
        world, score = self._world, standing.score()
        begins, _ = world.silence
        match whom:
            case "young":
                found = (
                    (age > PROVISIONAL_NIGHTS) & (age < YOUNG_NIGHTS) & (world.arrival > -BURN_IN_NIGHTS) & (score < 18)
                )
            case "silent":
                found = (night - begins >= 28) & (standing.actions > 0) & (score < 16) & (world.expected(night) == 0)
            case "high":
                in_one = eve.short.max(axis=1) >= 0.995 * standing.short
                found = in_one & (eve.long.max(axis=1) >= 0.995 * standing.long) & (score >= 36)
            case "quietest":
                found = standing.is_sufficient & (age > YOUNG_NIGHTS) & (score < 9)
            case "known":
                found = standing.is_sufficient & (age > YOUNG_NIGHTS) & (score >= 15)
            case _:
                found = standing.is_sufficient & (age > YOUNG_NIGHTS) & (score > 7) & (score < 15)
        return np.flatnonzero(found)

    def events(self, night: int, standing: Standing) -> list[Events]:
        """What the running cases bring tonight."""
        return [
            part
            for case in self._truth.cases
            if case.begins <= night <= case.ends and case.kind.crowd != "none"
            for part in self._brings(case, night, standing)
        ]

    def _brings(self, case: Case, night: int, standing: Standing) -> list[Events]:
        draws = self._world.size.draws(22, case.case_id, night)
        parts = []
        for account in case.accounts:
            need = standing.evidence_for(account, case.points / case.nights)
            engager, count = self._engagers(case, account, need, draws)
            post = self._posts(case, night, len(engager), draws)
            parts.append(Events.of(account, engager, self._world.home[[account]], post, count))
        return parts

    def _engagers(
        self, case: Case, account: int, need: float, draws: np.random.Generator
    ) -> tuple[NDArray[np.int32], int]:
        others = np.array([other for other in case.accounts if other != account], np.int32)
        count = int(np.ceil(need / np.log(2)))
        match case.kind.crowd:
            case "one":
                return crowd(self._world, 1, draws), ENGAGER_OF_MANY
            case "each other":
                times = np.exp(min(need / len(others), 5)) - 1
                return others, int(np.clip(np.ceil(times / case.nights), 3, MOST_ACTIONS))
            case "community":
                friends = draws.choice(others, min(len(others) // 5, count // FRIENDS_SHARE), replace=False)
                return np.concatenate([friends, crowd(self._world, count, draws)]), 1
            case "outsiders":
                return outsiders(self._world, count, draws), 1
            case _:
                return crowd(self._world, count, draws), 1

    def _posts(self, case: Case, night: int, count: int, draws: np.random.Generator) -> NDArray[np.int32]:
        if case.kind.posts == "one":
            return np.full(count, FIRST_POST + 100 * case.begins, np.int32)
        first = FIRST_POST + 100 * night
        many = draws.integers(0, 8, count) if case.kind.posts == "many" else np.zeros(count, int)
        return (first + many).astype(np.int32)

    def spoil(self, night: int, evidence: Evidence, eve: Standing) -> Evidence:
        """Tonight's evidence as the feeds deliver it for the few accounts that a fault of theirs hits."""
        hit = [case for case in self._truth.cases if case.begins == night and case.kind.crowd == "none"]
        if not hit:
            return evidence
        factor = np.ones_like(evidence.short)
        for case in hit:
            for account in case.accounts:
                factor[account] = _factor(case, account, eve)
        return evidence.times(factor)


def _factor(case: Case, account: int, eve: Standing) -> float:
    if case.kind.name == "feed_down":
        return 0.0
    if case.kind.name == "feed_up":
        return eve.factor_for(account, case.points)
    score = float(eve.score()[account])
    return eve.factor_for(account, max(case.points, 2 - score))
