"""Facts of nights that never were: one like any other, and one on which the gate was busy."""

import math
from dataclasses import replace
from datetime import date, timedelta

from evenscore.checks.judge import Result
from evenscore.report.facts import Facts, Gap, Moves, NetworkRows, Run, Scored, Source, Stage
from evenscore.report.gate import (
    AlarmRecord,
    Ended,
    Engager,
    Gate,
    Incident,
    Jump,
    Part,
    Post,
    ScoredNight,
)
from evenscore.state.runs import Night

TONIGHT = date(2026, 3, 15)
NIGHT = Night(TONIGHT, f"{TONIGHT}_test")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "javascript:alert(1)",
    "=HYPERLINK(0)",
    "\u202egro.live\u2066\u200b\x00\x1b",
    "{{ 7 * 7 }} $x_1$",
    '</nav><nav class="nights">',
)


def result(column: str, success: bool = True, severity: str = "critical", suite: str = "landing.deliveries") -> Result:
    because = f"We expect this of {column} for a reason."
    sentence = f"{column}: values to be between"
    return Result(NIGHT.run_id, str(TONIGHT), suite, sentence, severity, success, "0.5", "max value 0.05", because)


def jump(person_id: str = "p_maya", move: float = 48.0, nights: int = 3) -> Jump:
    """A score of about 16 that moved tonight."""
    scored = tuple(
        ScoredNight(TONIGHT - timedelta(days), level + (move if days == 0 else 0), level, level - 4, level + 4)
        for days in range(nights - 1, -1, -1)
        for level in [16 + 1.5 * math.sin(days / 6)]
    )
    return Jump(
        *(person_id, "personal", "large_move", "viral_post", 16 + move, 16.0, move, 1270.4, TONIGHT),
        without_top_post=41.0,
        top_post_share=0.998,
        top_engager_share=0.34,
        nights=scored,
        parts=(Part("forum", "recent_engagers", move - 3), Part("forum", "lasting_crowd", 3.0)),
        posts=(Post("forum:t_81/4", 412, 0.998), Post("forum:t_12/1", 3, 0.002)),
        engagers=(Engager(40, 0.34, True), Engager(2, 0.02, False)),
    )


def published() -> Facts:
    """A night that was published, with one held score."""
    run = Run(
        NIGHT.run_id,
        TONIGHT,
        "published",
        stages=(Stage("extract_feed", "done", 61.0), Stage("publish", "done", 0.5)),
        counts={"read": 12_345, "rejected": 2, "landed": 12_343, "scored": 7, "held": 1, "published": 6},
        sources=(
            Source("feed", {"read": 12_345, "rejected": 2}, {"verb is unknown": 2}, "/var/rejected/feed"),
            Source("sound_feed", {"read": 5}),
        ),
        checks=(result("rejected_share"), result("candidate_move", False, "warning", "scores.moves")),
    )
    days = tuple((TONIGHT - timedelta(days), 100) for days in range(28, -1, -1))
    scored = Scored(
        (("published", "", 6), ("insufficient_evidence", "too_little_evidence", 3)),
        bins=(0, 6, *[0] * 18),
        bins_before=(1, 5, *[0] * 18),
        levels=(("half", 6.0, 5.5), ("nine tenths", 9.0, 9.5)),
        moves=Moves(6, 0.5, 0.0, 0.4),
    )
    return Facts(
        run,
        night_before=TONIGHT - timedelta(days=1),
        hold_points=28,
        gate=Gate(
            (jump(),), 1, 1, rule_counts=(("large_move", 1), ("incident", 0)), record=AlarmRecord(3, 1, 2, 1, 19_600)
        ),
        scored=scored,
        consent=((None, 8_071), ("erased", 6), ("withdrawn", 30)),
        networks=(NetworkRows("forum", days),),
        gaps=(Gap("forge_feed", date(2026, 3, 13)),),
        set_aside=(("forum", "service account", 4_242),),
        programs=(("forum", "welcome-bot", "gives 47 % of everything", 4_200),),
        recycled=(("forum", "account", 1_004),),
    )


def busy() -> Facts:
    """A night with two incidents and five held scores, one a state of decision."""
    facts = published()
    rejected = replace(jump("p_noor", 33.0, 60), cause="ring", rule="ring", decision="rejected")
    ramp = replace(jump("p_li", 15.2, 60), rule="slow_climb", cause="slow_ramp", without_top_post=None, reached=310.0)
    jumps = (
        jump("p_maya", 48.0, 60),
        replace(rejected, decided_by="ana", why="eleven accounts made on one day", reached=520.0),
        replace(jump("p_sam", 29.5, 60), rejected_score=37.9, reached=400.0),
        ramp,
        replace(
            jump("--by ' ; rm", -12.0, 60), rule="inconsistent_evidence", cause="source_fault", reached=90.0, parts=()
        ),
    )
    incidents = (
        Incident(
            *(TONIGHT, "missing_delivery", "network:forum", 3_120, "a delivery that covers the night"),
            *("none since 13 March", "the scores stay as they were accepted last"),
        ),
        Incident(
            *(date(2026, 3, 11), "mass_shift", "network:forge/shard:3", 212, "a median move within 0.4 points"),
            *("-6.1 points", "frozen; the nights are out of every baseline", True),
        ),
    )
    ended = (Ended("p_ida", "work", "released", "ana", "a talk that went round"), Ended("p_bo", "personal", "cleared"))
    rules = (
        ("large_move", 2),
        ("slow_climb", 1),
        ("first_score", 0),
        ("ring", 1),
        ("trusted_dislike", 0),
        ("inconsistent_evidence", 1),
        ("incident", 3_120),
    )
    gate = Gate(jumps, 5, 4, ended, incidents, rules, AlarmRecord(3, 1, 2, 4, 196_000))
    tonight = tuple(round(900 * math.exp(-k / 2.2)) for k in range(20))
    before = tuple(round(870 * math.exp(-((k - 1) ** 2) / 7)) for k in range(20))
    levels = (("a tenth", 2.0, 3.1), ("half", 6.0, 7.4), ("nine tenths", 31.0, 30.2), ("99 in 100", 62.0, 61.0))
    scored = replace(
        facts.scored, bins=tonight, bins_before=before, levels=levels, moves=Moves(2_900, 0.04, 0.41, -0.8)
    )
    return replace(facts, gate=gate, scored=scored)
