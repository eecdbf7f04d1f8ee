"""The reviewed form of the expectation suites: YAML in `expectations/<stage>/`, one table a file.

A file names what its rows are, the SQL that makes them, and for each expectation a severity and a `because`.
`$name` as a value stands for the setting `checks.name`.
"""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evenscore.base.bundled import EXPECTATIONS
from evenscore.base.errors import UsageError
from evenscore.base.settings import Checks

STAGES = ("landing", "features", "scores", "published")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where PyYAML was built with it: a tenth of the time, and every stage reads its suites anew."""

NOTHING = "nothing to compare"
"""What an expectation observed that had no row, or no value in any, or too little of a past."""

Bounds = dict[str, Any]
"""An expectation and its arguments but for its column; of one that is SET, the value is a setting's."""
SET: Any = object()


def _between(**bounds: Any) -> Bounds:
    return {"expect": "expect_column_values_to_be_between", **bounds}


NONE, SOME = _between(min_value=0, max_value=0), _between(min_value=1)
USUAL: Bounds = {
    "expect": "expect_column_share_to_be_usual",
    "of": "scored_count",
    "most_deviations": 4,
    "least_rise": 0.2,
    "least_count": 5,
}
NOT_SO: Bounds = {"expect": "expect_column_values_to_be_in_set", "value_set": [False]}
PERSONAL_DATA = {"unlisted_count": NONE, "unasked_count": NONE}
COMPLETENESS = ("unmatched_count", "altered_count", "misstated_count", "foreign_count")
REQUIRED: dict[str, dict[str, dict[str, Bounds]]] = {
    "landing": {
        "deliveries": {"rejected_share": _between(max_value=SET), "withheld_count": _between(max_value=0)},
        "doubled": {},
        "ledger": {},
        "matching": {"named_count": SOME, "known_target_count": SOME},
        "night": {"is_silent": NOT_SO},
        "repeats": {},
        "new_ids": {},
        "volumes": {},
    },
    "features": {"engagement": {}, "people": {"people_count": SOME}, "trust": {}},
    "scores": {
        "completeness": dict.fromkeys(COMPLETENESS, NONE),
        "distribution": {},
        "frozen": {"moved_count": NONE, "moved_part_count": NONE},
        "history": {"mode_count": USUAL},
        "moves": {"published_move": _between(max_value=SET, strict_max=True)},
        "night": {"median_move": _between(max_value=2)},
        "personal_data": PERSONAL_DATA,
    },
    "published": {
        "last_good": {"lost_count": NONE},
        "personal_data": PERSONAL_DATA,
        "tables": dict.fromkeys(("missing_tonight_count", "changed_history_count", "unconsenting_count"), NONE),
    },
}
"""The suites that each stage must have, and how each must judge which columns as critical, told apart from the folder:
a folder that is empty, a file that was cut, or a bound that was let out expects nothing of anybody. More is fine."""


class Stanza(BaseModel):
    """One expectation; what is not named here goes to Great Expectations as it stands."""

    model_config = ConfigDict(frozen=True, extra="allow")

    expect: str = Field(pattern=r"^expect_[a-z_]+$")
    severity: Literal["critical", "warning", "info"]
    because: str = Field(min_length=20)
    may_compare_nothing: str | None = Field(default=None, min_length=20)
    """Why a critical expectation may find nothing to compare; where it says nothing, that is a failure."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The expectation's own arguments."""
        return dict(self.model_extra or {})


class Parts(BaseModel):
    """How a suite's rows are told apart by the days whose activity they rest on, so that none is made twice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["month", "as_of_date"]
    """The column that says of which days a row tells."""
    days_before: int = Field(ge=0)
    """So many days before them it rests on, too."""
    last_days: int | None = None
    """So many days before tonight the suite looks at; by default at all that is kept."""


class Suite(BaseModel):
    """The expectations of one table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    reads: str = Field(min_length=20)
    query: str
    rows_are: tuple[str, ...]
    """The columns that name a row in a result; none where there is one row, or where rows are people: results are
    published, and outlast a withdrawal."""
    expectations: tuple[Stanza, ...] = Field(min_length=1)
    parts: Parts | None = None
    """Where it has parts, `query` reads `activity_to_judge`: what landed on the days of those that are to be made."""


def load_suites(stage: str, thresholds: Checks) -> list[Suite]:
    """The suites of a stage, with settings put in.

    Raises UsageError naming the file and the field, also where a suite or a critical expectation is not there.
    """
    folder = EXPECTATIONS / stage
    required = {folder / f"{name}.yml": promised for name, promised in REQUIRED.get(stage, {}).items()}
    found = {path: _load(path, thresholds) for path in sorted({*required, *folder.glob("*.yml")})}
    for path, promised in required.items():
        _require_critical(path, found[path], promised)
    return list(found.values())


def require_suites(thresholds: Checks) -> int:
    """Read the suites of every stage before any is judged. Returns how many there are; raises as `load_suites` does."""
    return sum(len(load_suites(stage, thresholds)) for stage in STAGES)


def _require_critical(path: Path, suite: Suite, promised: dict[str, Bounds]) -> None:
    """Raise UsageError unless each promised column is judged as critical, within its bounds, and without exception."""
    criticals = [stanza for stanza in suite.expectations if stanza.severity == "critical"]
    for column, bounds in promised.items():
        if not any(_keeps(stanza, {"column": column, **bounds}) for stanza in criticals):
            raise UsageError(
                f"{path}: {column}: its critical expectation is gone or expects less than is promised; restore the file"
            )


def _keeps(stanza: Stanza, promised: Bounds) -> bool:
    """Whether an expectation says what is promised and nothing besides, which could only take something back."""
    arguments = {"expect": stanza.expect, **stanza.arguments}
    same = (value is SET or arguments.get(name) == value for name, value in promised.items())
    return arguments.keys() == promised.keys() and all(same)


def _load(path: Path, thresholds: Checks) -> Suite:
    try:
        content = yaml.load(path.read_text(), Loader=LOADER)
        if not isinstance(content, dict):
            raise UsageError(f"{path}: not a mapping of names to values")
        return Suite(name=f"{path.parent.name}.{path.stem}", **_filled(content, thresholds, path))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: the suite is gone, and what it expects is promised; restore the file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: not valid YAML: {error}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        raise UsageError(f"{path}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}") from error


def _filled(value: Any, thresholds: Checks, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, thresholds, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, thresholds, path) for item in value]
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in Checks.model_fields:
            raise UsageError(f"{path}: {value}: there is no setting checks.{value[1:]}")
        return getattr(thresholds, value[1:])
    return value
