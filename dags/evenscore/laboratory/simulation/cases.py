"""Injected cases: whom each happens to, and the engagement that it brings night by night."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.events import Events, crowd, outsiders
from evenscore.laboratory.simulation.evidence import Evidence
from evenscore.laboratory.simulation.standing import Standing, first_that_reaches
from evenscore.laboratory.simulation.truth import KINDS, Case, Kind, Truth
from evenscore.laboratory.simulation.world import BURN_IN_NIGHTS, NETWORKS, Floats, Ints, World

FIRST_POST, POSTS_A_NIGHT = 2048, 8
"""Injected posts are numbered from here on, so many for each night."""
LEAST_MEMBERS, MOST_ENGAGERS = 6, 3000
"""Members in a crowd, over all its nights, and engagers of one account in one night: two or three of the most trusted
lift who has least, and are no crowd."""
MOST_ACTIONS = 40
"""Times that a member of a ring acts on another in one night, at most: more would show by itself."""
ENGAGER_OF_MANY = 2000
"""Actions of the one engager of `single_engager` in a night, at most."""
CHATTY = 0.7
"""Of those who meet one another, so many act once; three in ten of the others again, and so on."""
SMALL = 500
"""Accounts below which each kind of case happens once."""
TOP_SHARES = {"one": 1.0, "mostly one": 0.7, "nightly": 1.0, "many": 1 / POSTS_A_NIGHT}
"""What the post that brings most brings of a case's engagement."""
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
        least = 1 if size.accounts < SMALL else 2 if kind.members[1] > 1 else 4
        count = max(least, size.accounts // kind.accounts_per_case)
        last = size.nights - 3 if kind.nights[1] <= 3 else size.first_fault_night - kind.nights[1]
        for night in draws.integers(1, max(last, 2), count):
            self._calendar.setdefault(int(night), []).append(kind)

    def begin(self, night: int, eve: Evidence, first_received: NDArray[np.int16], spread: float) -> None:
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
            points = spread * float(draws.uniform(*kind.shares))
            self._truth.cases.append(Case(len(self._truth.cases), kind, chosen, night, nights, points, spread))

    def _pool(self, whom: str, night: int, eve: Evidence, age: NDArray[np.int32]) -> NDArray[np.int64]:
        standing, world = Standing.of(eve), self._world
        place = _places(standing)
        begins, _ = world.silence
        # Law L3 leaves two posts a share of the others: who has no others does not rise, whatever a feed counts again.
        of_others = 1 - eve.pair_losses[0, -1].sum(axis=1) / np.maximum(eve.sums[0, -1].sum(axis=1), 1e-9)
        is_known = standing.is_sufficient & (age > YOUNG_NIGHTS) & (of_others > 0.2)
        match whom:
            case "young":
                is_young = (age > PROVISIONAL_NIGHTS) & (age < YOUNG_NIGHTS)
                found = is_young & (world.arrival > -BURN_IN_NIGHTS) & (place < 0.6)
            case "silent":
                is_silent = (night - begins >= 28) & (world.expected(night) == 0)
                found = is_silent & (standing.actions > 0) & (place < 0.6)
            case "high":
                by_network = eve.sums[0, -1]
                found = is_known & (by_network.max(axis=1) >= 0.995 * by_network.sum(axis=1)) & (place >= 0.85)
            case "quietest":
                found = is_known & (place < 0.3)
            case "known":
                found = is_known & (place >= 0.5)
            case _:
                found = is_known & (place >= 0.1) & (place < 0.6)
        return np.flatnonzero(found)

    def events(self, night: int, eve: Evidence) -> list[Events]:
        """What the running cases bring tonight."""
        return [
            part
            for case in self._truth.cases
            if case.begins <= night <= case.ends and case.kind.crowd != "none"
            for part in self._brings(case, night, eve)
        ]

    def _brings(self, case: Case, night: int, eve: Evidence) -> list[Events]:
        draws = self._world.size.draws(22, case.case_id, night)
        scores = Standing.of(eve).score[list(case.accounts)].astype(float)
        parts = []
        for account, score in zip(case.accounts, scores, strict=True):
            wanted = score + case.points / case.nights
            network = int(self._world.home[account])
            if case.kind.alternates:
                network = (network + night) % len(NETWORKS)
            engager, count = self._engagers(case, account, network, wanted, eve, draws)
            posts = _posts(case, night, len(engager), draws)
            parts.append(Events.of(account, engager, np.array([network]), posts, count))
        return parts

    def _engagers(
        self, case: Case, account: int, network: int, wanted: float, eve: Evidence, draws: np.random.Generator
    ) -> tuple[Ints, Ints]:
        """As few engagers, or actions of theirs, as lift an account to what is wanted."""

        def enough(weights: NDArray[Any], logs: NDArray[Any]) -> int:
            more = np.array([np.cumsum(weights * logs), np.cumsum(logs)]).astype(np.float32)
            return first_that_reaches(eve.tried(account, network, more, TOP_SHARES[case.kind.posts]), wanted)

        others = draws.permutation([other for other in case.accounts if other != account]).astype(np.int32)
        match case.kind.crowd:
            case "one":
                few = crowd(self._world, 5, draws)
                few = few[few != account]
                engager = few[np.argmax(self._world.weights(few))]
                logs = np.diff(np.log1p(np.arange(0, ENGAGER_OF_MANY, POSTS_A_NIGHT)))
                count = 1 + enough(np.full(len(logs), self._world.weights(few).max()), logs)
                return np.full(POSTS_A_NIGHT, engager, np.int32), np.full(POSTS_A_NIGHT, count, np.int32)
            case "each other":
                logs = np.diff(np.log1p(np.arange(MOST_ACTIONS + 1)))
                count = 1 + enough(np.full(len(logs), self._world.weights(others).mean()), len(others) * logs)
                return others, np.full(len(others), max(count, 3), np.int32)
            case "meeting":
                counts = draws.geometric(CHATTY, len(others)).astype(np.int32)
                some = 1 + enough(self._world.weights(others), np.log1p(counts))
                return others[:some], counts[:some]
            case "outsiders":
                drawn, least = outsiders(self._world, MOST_ENGAGERS, draws), 1
            case _:
                friends = others[: len(others) // 5] if case.kind.crowd == "community" else others[:0]
                drawn = np.concatenate([friends, crowd(self._world, MOST_ENGAGERS, draws)])
                least = -(-LEAST_MEMBERS // case.nights)
        some = max(least, 1 + enough(self._world.weights(drawn), np.full(len(drawn), np.log(2))))
        return drawn[:some], np.ones(some, np.int32)

    def spoil(self, night: int, evidence: Evidence, eve: Evidence) -> Evidence:
        """Tonight's evidence as the feeds deliver it for the few accounts that a fault of theirs hits."""
        hit = [case for case in self._truth.cases if case.begins == night and case.kind.crowd == "none"]
        if not hit:
            return evidence
        factor = np.ones_like(evidence.reach)
        for case in hit:
            for account in case.accounts:
                factor[account] = _factor(case, account, eve)
        return evidence.times(factor)


def _places(standing: Standing) -> Floats:
    """Which share of those with enough evidence each account stands above."""
    ranked = np.sort(standing.score[standing.is_sufficient])
    return (np.searchsorted(ranked, standing.score) / max(len(ranked), 1)).astype(np.float32)


def _posts(case: Case, night: int, count: int, draws: np.random.Generator) -> Ints:
    own, first = (FIRST_POST + POSTS_A_NIGHT * of for of in (case.begins, night))
    other = (first + np.arange(count) % POSTS_A_NIGHT).astype(np.int32)
    match case.kind.posts:
        case "one":
            return np.full(count, own, np.int32)
        case "mostly one":
            return np.where(draws.random(count) < TOP_SHARES["mostly one"], own, other).astype(np.int32)
        case "nightly":
            return np.full(count, first, np.int32)
        case _:
            return other


def _factor(case: Case, account: int, eve: Evidence) -> float:
    """How many times its evidence an account has, or is left with, where it is to move so far in one night."""
    factors = np.concatenate([[0], np.geomspace(0.01, 100, 500)]).astype(np.float32)
    tried = eve.tried(account, 0, np.zeros((2, len(factors)), np.float32), 0).times(factors[:, None])
    score = float(Standing.of(eve).score[account])
    return float(factors[first_that_reaches(tried, score + case.points)])
