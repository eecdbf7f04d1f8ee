"""Injected cases: whom each happens to, and the engagement that it brings night by night."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenscore.laboratory.simulation.events import Events, crowd, outsiders
from evenscore.laboratory.simulation.evidence import Evidence, Pairs
from evenscore.laboratory.simulation.log import Log
from evenscore.laboratory.simulation.standing import Standing
from evenscore.laboratory.simulation.truth import JUMP, KINDS, Case, Kind, Truth
from evenscore.laboratory.simulation.world import NETWORKS, Floats, Ints, World

FIRST_POST, POSTS_A_NIGHT = 4096, 8
"""Injected posts are numbered from here on, so many for each night."""
LEAST_MEMBERS, MOST_ENGAGERS = 6, 3000
"""Members in a crowd, over all its nights, and engagers of one account in one night: two or three of the most trusted
lift who has least, and are no crowd."""
MOST_ACTIONS = 40
"""Times that a member of a ring acts on another in one night, at most: more would show by itself."""
MOST_OF_ONE = 250
"""Times that the one engager of `single_engager` acts on each of eight posts in a night, at most."""
CHATTY = 0.7
"""Of those who meet one another, so many act once; three in ten of the others again, and so on."""
SMALL = 500
"""Accounts below which each kind of case happens once."""
TOP_SHARE = 0.7
"""What the post that brings most brings of a viral post's engagement."""
MOST_TIMES = 1e4
"""How many times over a feed counts an account's actions, at most."""
NEARLY = 0.1
"""Points: where nothing leads as far as is wished, what leads nearly as far as anything is enough."""
PROVISIONAL_NIGHTS, YOUNG_NIGHTS = 21, 50
KNOWN_NIGHTS, SILENT_NIGHTS = 60, 28
"""Whoever is younger, or was silent for so long, begins or returns by the gate's own words: cases of their own."""


@dataclass(frozen=True)
class Eve:
    """How everybody stands before a night's events."""

    night: int
    pairs: Pairs
    evidence: Evidence
    spread: float
    """The community's, in points."""


class Cases:
    """The injected cases of one simulation."""

    def __init__(self, world: World, truth: Truth) -> None:
        self._world = world
        self._truth = truth
        self._calendar: dict[int, list[Kind]] = {}
        self._began: dict[int, list[float]] = {}
        """By case, the scores of its accounts on its eve."""
        for number, kind in enumerate(KINDS):
            self._schedule(kind, world.size.draws(20, number))

    def _schedule(self, kind: Kind, draws: np.random.Generator) -> None:
        size = self._world.size
        least = 1 if size.accounts < SMALL else 2 if kind.members[1] > 1 else 4
        count = max(least, size.accounts // kind.accounts_per_case)
        last = size.nights - 3 if kind.nights[1] <= 3 else size.first_fault_night - kind.nights[1]
        for night in draws.integers(1, max(last, 2), count):
            self._calendar.setdefault(int(night), []).append(kind)

    def begin(self, eve: Eve, log: Log) -> None:
        """Choose whom tonight's new cases happen to."""
        night = eve.night
        if night not in self._calendar:
            return
        pools = {whom: self._pool(whom, eve, log) for whom in {kind.whom for kind in self._calendar[night]}}
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
            points = eve.spread * float(draws.uniform(*kind.shares))
            self._truth.cases.append(Case(len(self._truth.cases), kind, chosen, night, nights, points, eve.spread))

    def _pool(self, whom: str, eve: Eve, log: Log) -> NDArray[np.int64]:
        standing, world = Standing.of(eve.evidence), self._world
        age, silent_for = (
            eve.night - seen.astype(np.int32) for seen in (log.first_received, log.last_received.max(axis=1))
        )
        place = _places(standing)
        begins, _ = world.silence
        is_known = standing.is_sufficient & (age > KNOWN_NIGHTS) & (silent_for < SILENT_NIGHTS)
        match whom:
            case "young":
                is_young = (age > PROVISIONAL_NIGHTS) & (age < YOUNG_NIGHTS)
                found = is_young & (place < 0.6)
            case "silent":
                is_silent = (eve.night - begins >= SILENT_NIGHTS) & (world.expected(eve.night) == 0)
                found = is_silent & (standing.actions > 0) & (place < 0.6)
            case "high":
                by_network = eve.evidence.sums[0, -1]
                found = is_known & (by_network.max(axis=1) >= 0.995 * by_network.sum(axis=1)) & (place >= 0.85)
            case "quietest":
                found = is_known & (place < 0.3)
            case "known":
                found = is_known & (place >= 0.5)
            case "much engaged":
                # No post leads far, and no engager: who has few of them does not rise, however often they are counted.
                times = np.full_like(eve.evidence.reach, MOST_TIMES)
                counted = Standing.of(eve.pairs.times(times).evidence(eve.night))
                found = is_known & (counted.score - standing.score > max(JUMP) * eve.spread)
            case _:
                found = is_known & (place >= 0.1) & (place < 0.6)
        return np.flatnonzero(found)

    def events(self, eve: Eve) -> list[Events]:
        """What the running cases bring tonight."""
        return [
            part
            for case in self._truth.cases
            if case.begins <= eve.night <= case.ends and case.kind.crowd != "none"
            for part in self._brings(case, eve)
        ]

    def _brings(self, case: Case, eve: Eve) -> list[Events]:
        draws = self._world.size.draws(22, case.case_id, eve.night)
        tonight = Standing.of(eve.evidence).score[list(case.accounts)].tolist()
        scores = self._began.setdefault(case.case_id, tonight)
        part = (eve.night + 1 - case.begins) / case.nights
        parts = []
        for account, score in zip(case.accounts, scores, strict=True):
            brings, least, most = self._engagement(case, account, eve.night, draws)
            own, wanted = eve.pairs.of(account), score + part * case.points
            parts.append(brings(fewest(own, brings, least, most, wanted, eve.night)))
        return parts

    def _engagement(
        self, case: Case, account: int, night: int, draws: np.random.Generator
    ) -> tuple[Callable[[int], Events], int, int]:
        """What so many engagers bring, or so many actions of each; and how few and many they may be."""
        home = int(self._world.home[account])
        network = np.array([(home + night) % len(NETWORKS) if case.kind.alternates else home])
        others = draws.permutation([other for other in case.accounts if other != account]).astype(np.int32)
        least, most_actions = 1, 0
        match case.kind.crowd:
            case "one":
                few = crowd(self._world, 5, draws)
                few = few[few != account]
                drawn = np.full(POSTS_A_NIGHT, few[np.argmax(self._world.weights(few))], np.int32)
                most_actions = MOST_OF_ONE
            case "each other":
                drawn, least, most_actions = others, 3, MOST_ACTIONS
            case "meeting":
                drawn = others
            case "outsiders":
                drawn = outsiders(self._world, MOST_ENGAGERS, draws)
            case _:
                friends = others[: len(others) // 5] if case.kind.crowd == "community" else others[:0]
                drawn = np.concatenate([friends, crowd(self._world, MOST_ENGAGERS, draws)])
                least = -(-LEAST_MEMBERS // case.nights)
        posts = _posts(case, night, len(drawn))
        if most_actions:
            return lambda each: Events.of(account, drawn, network, posts, each), least, most_actions
        counts = draws.geometric(CHATTY, len(drawn)) if case.kind.crowd == "meeting" else np.ones(len(drawn), np.int32)
        return lambda some: Events.of(account, drawn[:some], network, posts[:some], counts[:some]), least, len(drawn)

    def factor(self, eve: Eve) -> Floats | None:
        """How many times over the feeds deliver each account's engagement where their fault hits a few; else None."""
        hit = [case for case in self._truth.cases if case.begins == eve.night and case.kind.crowd == "none"]
        if not hit:
            return None
        factor = np.ones_like(eve.evidence.reach)
        scores = Standing.of(eve.evidence).score
        for case in hit:
            for account in case.accounts:
                factor[account] = factor_of(eve.pairs.of(account), scores[account] + case.points, eve.night)
        return factor


def _places(standing: Standing) -> Floats:
    """Which share of those with enough evidence each account stands above."""
    ranked = np.sort(standing.score[standing.is_sufficient])
    return (np.searchsorted(ranked, standing.score) / max(len(ranked), 1)).astype(np.float32)


def _posts(case: Case, night: int, count: int) -> Ints:
    own, first = (FIRST_POST + POSTS_A_NIGHT * of for of in (case.begins, night))
    other = (first + np.arange(count) % POSTS_A_NIGHT).astype(np.int32)
    match case.kind.posts:
        case "one":
            return np.full(count, own, np.int32)
        case "mostly one":
            # Of the first engagers, however few are enough, no smaller share.
            so_many = np.ceil(TOP_SHARE * np.arange(count + 1))
            return np.where(np.diff(so_many) > 0, own, other).astype(np.int32)
        case "nightly":
            return np.full(count, first, np.int32)
        case _:
            return other


def _score(pairs: Pairs, night: int) -> float:
    """The score of one account."""
    return float(Standing.of(pairs.evidence(night)).score[0])


def fewest(own: Pairs, brings: Callable[[int], Events], least: int, most: int, wanted: float, night: int) -> int:
    """How few lift an account to what is wanted, or nearly as far as the most do."""

    def lifted(some: int) -> float:
        return _score(own.plus(brings(some), night), night)

    some = least
    while (reached := lifted(some)) < wanted and some < most:
        some = min(2 * some, most)
    return bisect_left(range(some), min(wanted, reached - NEARLY), lo=min(least, some), key=lifted)


def factor_of(own: Pairs, wanted: float, night: int) -> float:
    """How many times its engagement an account has, or is left with, where its score is to be so high for a night."""
    factors = np.concatenate([[0], np.geomspace(0.01, 1, 250), np.geomspace(1, MOST_TIMES, 250)]).astype(np.float32)

    def left(factor: np.float32) -> float:
        return _score(own.times(np.full((1, len(NETWORKS)), factor)), night)

    return float(factors[bisect_left(factors, min(wanted, left(factors[-1]) - NEARLY), key=left)])
