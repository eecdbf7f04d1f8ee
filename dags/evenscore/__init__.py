"""evenscore: nightly influence scores that hold still, explain themselves, and exist only for people who asked.

This package says *how* each step of a night is done outside SQL. It never imports Airflow: the DAG files
beside it say *when*, the dbt project says *what is true*, and the expectation suites say *what we expect*.

What `__all__` names is the public API; docs/api.md describes it. All else may change with any release.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evenscore.base.config_file import load_settings
    from evenscore.base.errors import BusyError, EvenscoreError, StoppedByCheck, UsageError
    from evenscore.base.settings import Settings
    from evenscore.night.steps import run_night
    from evenscore.state.runs import Night

__all__ = [
    "BusyError",
    "EvenscoreError",
    "Night",
    "Settings",
    "StoppedByCheck",
    "UsageError",
    "load_settings",
    "run_night",
]

_HOMES = {
    "BusyError": "base.errors",
    "EvenscoreError": "base.errors",
    "Night": "state.runs",
    "Settings": "base.settings",
    "StoppedByCheck": "base.errors",
    "UsageError": "base.errors",
    "load_settings": "base.config_file",
    "run_night": "night.steps",
}

if not TYPE_CHECKING:  # a type checker must still complain about names that are not here

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first asked for: Airflow reads DAG files often, and a night's imports are
        heavy."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
