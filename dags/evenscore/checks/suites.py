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


class Stanza(BaseModel):
    """One expectation; what is not named here goes to Great Expectations as it stands."""

    model_config = ConfigDict(frozen=True, extra="allow")

    expect: str = Field(pattern=r"^expect_[a-z_]+$")
    severity: Literal["critical", "warning", "info"]
    because: str = Field(min_length=20)

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
    """The suites of a stage, with settings put in. Raises UsageError naming the file and the field."""
    return [_load(path, thresholds) for path in sorted((EXPECTATIONS / stage).glob("*.yml"))]


def _load(path: Path, thresholds: Checks) -> Suite:
    try:
        content = yaml.safe_load(path.read_text())
        if not isinstance(content, dict):
            raise UsageError(f"{path}: not a mapping of names to values")
        return Suite(name=f"{path.parent.name}.{path.stem}", **_filled(content, thresholds, path))
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
