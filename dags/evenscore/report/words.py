"""The page's sentences: numbers, shares, causes and limits in plain English, and names made harmless."""

import re
import unicodedata
from datetime import date

from evenscore.report.facts import NetworkRows

MINUS = "\N{MINUS SIGN}"

FEWEST_SHOWN = 10
"""Groups of people smaller than this are not counted out: a small number points at somebody."""

STATUSES = {
    "published": "Published",
    "held": "Held at the last good score",
    "frozen": "Frozen at the last good score",
    "insufficient_evidence": "Too little evidence for a score",
}


def clean(value: object) -> str:
    """Text without what reorders, hides or breaks it: control, format, surrogate and separator characters."""
    text = str(value)
    if text.isprintable():  # none of them is, and pictures are long
        return text
    return "".join(
        " " if character in "\t\n\r\u2028\u2029" else character
        for character in text
        if character in "\t\n\r\u2028\u2029" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )


def day(value: date) -> str:
    """Sunday 15 March 2026."""
    return f"{value:%A} {short_day(value)} {value.year}"


def listed_day(value: date) -> str:
    """Sun 2026-03-15."""
    return f"{value:%a} {value}"


def short_day(value: date) -> str:
    """15 March."""
    return f"{value.day} {value:%B}"


def whole(value: float) -> str:
    """A count: 12,937."""
    return f"{value:,.0f}"


def about(value: float) -> str:
    """An estimate, by its first digit: 13,867 is about 10,000."""
    return whole(float(f"{value:.0e}"))


def points(value: float) -> str:
    """A score: 16.5."""
    return f"{value:.1f}"


def signed(value: float) -> str:
    """A move, with its sign: +48.0 or \N{MINUS SIGN}21.3; 0.0 has none."""
    shown = points(abs(value))
    return shown if shown == points(0) else ("+" if value > 0 else MINUS) + shown


def seconds(value: float) -> str:
    """A duration: 4.6 s, 2 min 5 s."""
    if value < 59.95:
        return f"{value:.1f} s"
    return f"{round(value) // 60} min {round(value) % 60} s"


def megabytes(value: int | None) -> str:
    """Memory: 512 MB, 3.2 GB; nothing where nobody noted it."""
    if value is None:
        return ""
    return f"{whole(value)} MB" if value < 1000 else f"{value / 1000:.1f} GB"


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 score, 3 scores."""
    return f"{whole(count)} {one if count == 1 else many or one + 's'}"


def few(count: int) -> str:
    """A count of people, unless it is so small that it points at somebody."""
    return whole(count) if count >= FEWEST_SHOWN else f"fewer than {FEWEST_SHOWN}"


def share(value: float | None) -> str:
    """A share: 34 %; at the ends in words, because 100 % that is not all misleads."""
    if value is None:
        return "an unknown share"
    if value in (0, 1):
        return "all" if value else "none"
    if value < 0.01:
        return "less than 1 %"
    return "more than 99 %" if value > 0.99 else f"{value:.0%}".replace("%", " %")


def percent(value: float) -> str:
    """A share in a column of shares: 99.8 %."""
    return f"{100 * value:.1f} %"


def against_usual(rows: NetworkRows) -> str:
    """How tonight's rows compare with a usual day: 32 % fewer than usual."""
    if not rows.usual:
        return "and none on the days before"
    ratio = rows.tonight / rows.usual
    if ratio >= 2:
        return f"{ratio:.1f} times the usual"
    if abs(ratio - 1) < 0.05:
        return "about as many as usual"
    return f"{abs(ratio - 1) * 100:.0f} % {'more' if ratio > 1 else 'fewer'} than usual"


def subject(expectation: str) -> str:
    """What an expectation looks at: `rejected_share: values to be between` reads Rejected share."""
    return expectation.split(":")[0].replace("_", " ").strip().capitalize()


def limits(expected: str) -> str:
    """An expectation's limits in words; as they stand where they are of another kind."""
    rules = dict(re.findall(r"(min value|max value|strict min|strict max|value set) ([^,]*)", expected))
    if set(rules) == {"value set"} and "," not in expected:
        return truth(rules["value set"])
    if not rules or ", ".join(f"{name} {value}" for name, value in rules.items()) != expected or "value set" in rules:
        return expected
    low, high = rules.get("min value"), rules.get("max value")
    if low is not None and low == high:
        return f"exactly {low}"
    lower = low and f"{'above' if rules.get('strict min') == 'True' else 'at least'} {low}"
    upper = high and f"{'below' if rules.get('strict max') == 'True' else 'at most'} {high}"
    return " and ".join(limit for limit in (lower, upper) if limit)


def truth(text: str) -> str:
    """True and False as yes and no; anything else as it is."""
    return {"True": "yes", "False": "no"}.get(text, text)
