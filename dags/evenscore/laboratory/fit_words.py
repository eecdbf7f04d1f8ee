"""The report of a fit, in words: each number beside what it is of, so that none contradicts another."""

from evenscore.laboratory.fit import FEATURES_OF, FOLLOWING_DAYS, WEIGHED, Fit
from evenscore.laboratory.fitting import LEAST_PAIRS, Quality, dropped
from evenscore.laboratory.judgements import Judged


def in_full(found: Fit) -> str:
    """The report of a fit on what has landed, as Markdown."""
    lines = [
        f"# The fit of scoring version {found.version}",
        "",
        f"{_named(found)}; all else is as in version {FEATURES_OF}, whose three half-lives are weighed.",
        "",
        f"Fitted by non-negative least squares on ln(1 + distinct engagers of the following {FOLLOWING_DAYS} days), on "
        f"{len(found.panel):,} of {found.row_count:,} rows (a person with enough evidence, at a cut-off) of "
        f"{', '.join(found.networks)}: {len(found.cut_offs)} cut-offs, {found.cut_offs[0]} to {found.cut_offs[-1]}.",
        "",
        *_weight_table(found),
        "",
        _candidates(found),
        "",
        f"Held out: the last third of the cut-offs, {found.held_out_rows:,} rows; fitted on the first two thirds.",
        "",
        "| | Spearman | NDCG@100 | R2 |",
        "|---|---|---|---|",
        *(_line(name, quality) for name, quality in found.held_out.items()),
        "",
    ]
    return "\n".join([*lines, *(judged_lines(found.pairs) if found.pairs else [])])


def _named(found: Fit) -> str:
    return ", ".join(f"{constant} {found.weights[name]:g}" for name, constant in WEIGHED.items())


def _weight_table(found: Fit) -> list[str]:
    """Each weight: the scale's, what engagers say with its interval, what each cut-off says, and what people judged."""
    judged = found.pairs
    heading = ["weight", "in the scale", "by engagers", "90 %, rows drawn anew", "each cut-off alone"]
    rows = [
        [
            constant,
            f"{found.weights[name]:g}",
            f"{found.by_engagers[name]:g}",
            _range(*found.interval[name]),
            _range(*(end(alone[name] for alone in found.by_cut_off) for end in (min, max))),
            *([f"{judged.weights[name]:g} ({_range(*judged.interval[name])})"] if judged else []),
        ]
        for name, constant in WEIGHED.items()
    ]
    heading += ["by labelled pairs (90 %)"] if judged else []
    how = "half of each of these two, to the tenth" if judged else "what engagers say, to the tenth"
    return [*_table(heading, rows), "", f"The scale has {how}."]


def _candidates(found: Fit) -> str:
    kept = ", ".join(f"{name} {weight:g}" for name, weight in found.candidates.items() if weight)
    gone = dropped(found.candidates)
    without = f"Dropped, for they add nothing that is not negative: {', '.join(gone)}." if gone else "None was dropped."
    return f"With every candidate feature: {kept}. {without} Only the half-lives are in the scale."


def judged_in_full(judged: Judged) -> str:
    """The report of a fit on labelled pairs and a file of features alone, as Markdown."""
    rows = [[name, f"{weight:g}", _range(*judged.interval[name])] for name, weight in judged.weights.items()]
    table = _table(["feature, as ln(1 + x)", "weight", "90 %, pairs drawn anew"], rows)
    return "\n".join(["# Weights by labelled pairs", "", *table, "", *judged_lines(judged)])


def judged_lines(judged: Judged) -> list[str]:
    """What the labelled pairs say, and how well it does on people that it was not fitted on."""
    gone = f"no weight for {', '.join(judged.dropped)}" if judged.dropped else "none was dropped"
    missing = f"; {judged.unknown_count:,} more were left out, for one of the two has no features" * bool(
        judged.unknown_count
    )
    lines = [f"{judged.count:,} labelled pairs, non-negative logistic fit: {gone}{missing}.", ""]
    if not judged.agreement:
        return [*lines, f"Too few to hold any out: fewer than {LEAST_PAIRS} pairs are of people of one part alone.", ""]
    rows = [[name, f"{share:.3f}"] for name, share in judged.agreement.items()]
    held_out = f"of {judged.held_out_count:,} pairs of unseen people"
    return [*lines, *_table(["ordered as people did", held_out], rows), ""]


def _range(low: float, high: float) -> str:
    return f"{low:g} to {high:g}" if low != high else f"{low:g}"


def _table(heading: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heading, ["---"] * len(heading), *rows)]


def _line(name: str, found: Quality) -> str:
    return f"| {name} | {found.spearman:.3f} | {found.ndcg:.3f} | {found.r_squared:.3f} |"
