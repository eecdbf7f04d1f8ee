"""What the figures say, in plain words: for each that a law speaks of, or that a reader asks for first, a finding."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from evenscore.report.words import MINUS, whole
from evenscore.state.evaluations import Measure

Judge = Callable[[Measure], bool]


@dataclass(frozen=True)
class Subject:
    """What one measure, or all whose names begin like it, is about; and the law that it belongs to."""

    measure: str
    title: str
    means: str
    law: str = ""
    is_kept: Judge | None = None


def at_most(limit: float) -> Judge:
    """Kept where even the greatest figure stays within the limit."""
    return lambda found: _greatest(found) <= limit


def averaging(limit: float) -> Judge:
    """Kept where the mean stays within the limit."""
    return lambda found: found.value <= limit


def between(low: float, high: float) -> Judge:
    """Kept where the figure lies between two."""
    return lambda found: low <= found.value <= high


def beats(found: Measure) -> bool:
    """Kept where the figure is above the baseline's."""
    return found.value > found.baseline


def _greatest(found: Measure) -> float:
    return found.value if math.isnan(found.high) else found.high


HELPED = "The target acts for ten of them in return: can it lend its own crowd the trust that it has?"
PATIENT = "A hundred that acted for each other on most days of a year: can they become where trust starts?"

VIRAL = "10,000 engagers on one post."

RANKS = (
    ("100_fakes", "A hundred fakes", "Accounts that nobody knows.", 3),
    ("1000_fakes", "A thousand fakes", "Accounts that nobody knows.", 6),
    ("10_fakes_answered_once_by_members", "Ten that were answered", "Members answered each of them once.", 5),
    ("10_fakes_who_are_members_answered_once", "Ten members that were answered", "They asked for a score too.", 5),
    ("100_fakes_answered_once_by_members", "A hundred that were answered", "Members answered each of them once.", 15),
    (
        "100_fakes_who_are_members_answered_once",
        "A hundred members that were answered",
        "They asked for a score too.",
        15,
    ),
    ("a_median_confederate_of_100_fakes", "A confederate", "A member of median trust answers a hundred fakes.", 3),
    ("a_trusted_confederate_of_100_fakes", "A trusted confederate", "One of the top tenth answers a hundred fakes.", 3),
    ("10_ring", "A ring of ten", "They also act for each other, and consent.", 4),
    ("100_ring", "A ring of a hundred", "They also act for each other, and consent.", 4),
    ("1000_ring", "A ring of a thousand", "They also act for each other, and consent.", 4),
    ("10_helped_ring", "A helped ring of ten", HELPED, 4),
    ("100_helped_ring", "A helped ring of a hundred", HELPED, 4),
    ("1000_helped_ring", "A helped ring of a thousand", HELPED, 4),
    ("100_patient_ring", "A patient ring", PATIENT, 4),
    ("100_patient_helped_ring", "A patient ring that is helped", PATIENT, 4),
)
"""What people might buy, and how many percentile ranks it may gain by law L5."""

SUBJECTS = (
    Subject(
        "spearman",
        "It foresees",
        "Rank correlation with who is engaged with by how many in the next 28 days.",
        "",
        beats,
    ),
    Subject(
        "ndcg_100",
        "Its top hundred are right",
        "How much of what the next 28 days bring its top 100 draw.",
        "",
        beats,
    ),
    Subject(
        "spearman_of_the_scored",
        "It foresees, of those with a score",
        "The same among people who have enough evidence.",
        "",
        beats,
    ),
    Subject(
        "ndcg_100_of_the_scored",
        "The top hundred of those with a score",
        "The same among people who have enough evidence.",
        "",
        beats,
    ),
    Subject(
        "cut_offs_with_a_frozen_network",
        "Judged on a network that stood still",
        "Cut-offs on which a network did not deliver a whole day: it stands as on its last whole one.",
        "L13",
    ),
    Subject("nightly_move_median", "It holds still", "The usual move from one night to the next.", "L8"),
    Subject("nightly_move_p99", "Even at the edge", "One score in a hundred moves more than this in a night.", "L8"),
    *(
        Subject(f"nightly_move_{size}_of_spread", title, f"At most {most:g} of the spread.", "L8", averaging(most))
        for size, title, most in (
            ("median", "It holds still, as a share", 0.005),
            ("p99", "The edge, as a share", 0.15),
        )
    ),
    Subject("score_spread", "The scale is used", "Points between the tenth and the ninetieth percentile."),
    Subject("kendall_night_to_night", "The order stays", "Rank correlation between one night and the next."),
    Subject(
        "false_jump_share",
        "Jumps are real",
        "Of rises by 5 points or more within 3 nights, those half undone within 14.",
    ),
    Subject("lag_days_of_90_percent", "Lasting fame shows", "Days until 90 % of a rise that lasts is taken.", "L8"),
    *(
        Subject(f"ranks_gained_by_{attack}", title, f"{means} At most {most:g} percentiles.", "L5", averaging(most))
        for attack, title, means, most in RANKS
    ),
    Subject(
        "ranks_gained_by_ten_genuine_members_paid", "Ten genuine members, paid", "No ranking can tell why they came."
    ),
    Subject(
        "ranks_gained_by_five_trusted_confederates_of_100_fakes",
        "Five confederates of a hundred fakes",
        "Each of the five answers each fake once.",
    ),
    Subject("ranks_gained_by_10_anonymous_votes", "Ten anonymous votes", "Nothing, but where votes are policed."),
    Subject(
        "ranks_gained_by_100_anonymous_votes", "A hundred anonymous votes", "Nothing, but where votes are policed."
    ),
    Subject("points_gained_by_1000_followers", "Bought followers", "Nothing, says the law.", "L5", at_most(1e-6)),
    *(
        Subject(f"ranks_gained_by_viral_post_{who}", title, f"{VIRAL} At most 15 percentiles.", "L3", averaging(15))
        for who, title in (("near_17", "One viral post, at 17"), ("typical", "One viral post, typical"))
    ),
    Subject("points_gained_by_viral_post_near_17", "One viral post, at 17, in points", VIRAL, "L3"),
    Subject("points_gained_by_viral_post_typical", "One viral post, typical, in points", VIRAL, "L3"),
    Subject("rank_loss_of_10_percent", "A tenth of events lost", "Mean places that people move, of all places."),
    Subject("rank_loss_of_20_percent", "A fifth lost", "Mean places that people move, of all places."),
    Subject("rank_loss_of_40_percent", "Two fifths lost", "Mean places that people move, of all places."),
    Subject(
        "people_fallen_without_a_day", "A network misses a day", "People who fall because of it.", "L13", at_most(0)
    ),
    Subject(
        "band_coverage_resampled",
        "The band holds",
        "Scores with other engagers of the same habits that lie in the band.",
        "L9",
        between(0.85, 0.95),
    ),
    Subject(
        "band_coverage_of_two_resamples",
        "The band holds between two draws",
        "One draw of engagers in the band of another: both err, so this is the harder test.",
        "L9",
        between(0.85, 0.95),
    ),
    Subject("band_width_median_of_spread", "How wide it is", "The median band, as a share of the spread.", "L9"),
    Subject(
        "band_coverage_night_to_night",
        "Tomorrow lies in the band",
        "Scores of the next night in the band of this one.",
        "L9",
    ),
    Subject("pairwise_agreement", "People agree", "Pairs whose more influential one also stands higher.", "", beats),
    Subject("labelled_", "Labelled accounts in the top 100", "Accounts of this label among the first hundred."),
)


@dataclass(frozen=True)
class Finding:
    """A figure with what it is about."""

    subject: Subject
    measure: Measure

    @property
    def state(self) -> str:
        """met, failed (a law), warned (no law, but a baseline does better) or told."""
        judge = self.subject.is_kept
        if judge is None:
            return "told"
        return "met" if judge(self.measure) else "failed" if self.subject.law else "warned"

    @property
    def title(self) -> str:
        """The subject's title, with what the measure's own name adds to it."""
        more = self.measure.measure.removeprefix(self.subject.measure).replace("_", " ").strip()
        return f"{self.subject.title}: {more}" if more else self.subject.title


def findings(measures: list[Measure]) -> list[Finding]:
    """The findings in the order of the subjects, laws that are broken first."""
    found = [
        Finding(subject, measure)
        for subject in SUBJECTS
        for measure in measures
        if _is_about(subject, measure) and measure.is_summary
    ]
    order = ("failed", "warned", "met", "told")
    return sorted(found, key=lambda finding: order.index(finding.state))


def _is_about(subject: Subject, measure: Measure) -> bool:
    open_ended = subject.measure in ("labelled_", "people_fallen_without_a_day")
    return measure.measure.startswith(subject.measure) if open_ended else measure.measure == subject.measure


def figure(value: float, unit: str) -> str:
    """A figure with its unit: 0.45, 1.9 points, 93 %."""
    if math.isnan(value):
        return "\N{EN DASH}"
    sign = MINUS if value < 0 else ""
    size = abs(value)
    if unit == "share":
        return f"{sign}{100 * size:.1f} %"
    if unit == "percentiles":
        return f"{sign}{size:.1f} percentiles"
    if unit in ("points", "days"):
        return f"{sign}{size:.2f} {unit}" if unit == "points" else f"{size:.1f} days"
    if unit in ("people", "accounts"):
        return whole(value)
    return f"{sign}{size:.3f}"
