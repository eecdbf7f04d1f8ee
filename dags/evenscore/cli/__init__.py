"""The command line: every step of the nightly DAG as a verb that needs no Airflow; one subject a module.

Exit codes: 0 published; 1 failed, and nothing published unless it says so; 2 usage or configuration error; 3 stopped by
a check, and the last good scores are still published.
"""

from evenscore.cli import (
    accept,
    aggregate,
    consent,
    export,
    forget,
    methods,
    new,
    nights,
    people,
    pull,
    review,
    simulations,
    upkeep,
)
from evenscore.cli.root import main

__all__ = [
    "accept",
    "aggregate",
    "consent",
    "export",
    "forget",
    "main",
    "methods",
    "new",
    "nights",
    "people",
    "pull",
    "review",
    "simulations",
    "upkeep",
]
