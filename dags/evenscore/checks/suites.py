"""The reviewed form of the expectation suites: YAML in `expectations/<stage>/`, one table a file.

A file names what its rows are, the SQL that makes them, and for each expectation a severity and a `because`.
`$name` as a value stands for the setting `checks.name`.
"""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evenscore.errors import UsageError
from evenscore.settings import Checks

EXPECTATIONS = Path(__file__).parents[3] / "expectations"
STAGES = ("landing", "features", "scores", "published")

NOTHING = "nothing to compare"
"""What an expectation observed that had no row, or no value in any, or too little of a past."""

PERSONAL_DATA = ("unlisted_count", "unasked_count")
REQUIRED: dict[str, dict[str, tuple[str, ...]]] = {
    "landing": {
        "deliveries": ("rejected_share", "withheld_count"),
        "doubled": (),
        "ledger": (),
        "matching": ("named_count", "known_target_count"),
        "night": ("is_silent",),
        "repeats": (),
        "strangers": (),
        "volumes": (),
    },
    "features": {"engagement": (), "people": ("people_count",), "trust": ()},
    "scores": {
        "completeness": ("unmatched_count", "altered_count", "misstated_count", "foreign_count"),
        "distribution": (),
        "frozen": ("moved_count", "moved_part_count"),
        "history": ("mode_count",),
        "moves": ("published_move",),
        "night": ("median_move",),
        "personal_data": PERSONAL_DATA,
    },
    "published": {
        "last_good": ("lost_count",),
        "personal_data": PERSONAL_DATA,
        "tables": ("missing_tonight_count", "changed_history_count", "unconsenting_count"),
    },
}
"""The suites that each stage must have, and the columns that each must judge as critical, told apart from the folder: a
folder that is empty, or a file that was cut, expects nothing of anybody. More suites than these are fine."""


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


def load_suites(stage: str, thresholds: Checks) -> list[Suite]:
    """The suites of a stage, with settings put in.

    Raises UsageError naming the file and the field, also where a suite or a critical expectation is not there.
    """
    folder = EXPECTATIONS / stage
    required = {folder / f"{name}.yml": critical for name, critical in REQUIRED.get(stage, {}).items()}
    found = {path: _load(path, thresholds) for path in sorted({*required, *folder.glob("*.yml")})}
    for path, critical in required.items():
        _require_critical(path, found[path], critical)
    return list(found.values())


def require_suites(thresholds: Checks) -> int:
    """Read the suites of every stage before any is judged. Returns how many there are; raises as `load_suites` does."""
    return sum(len(load_suites(stage, thresholds)) for stage in STAGES)


def _require_critical(path: Path, suite: Suite, columns: tuple[str, ...]) -> None:
    judged = {stanza.arguments.get("column") for stanza in suite.expectations if stanza.severity == "critical"}
    if missing := [column for column in columns if column not in judged]:
        raise UsageError(f"{path}: {missing[0]}: its critical expectation is gone; restore the file")


def _load(path: Path, thresholds: Checks) -> Suite:
    try:
        content = yaml.safe_load(path.read_text())
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
