"""Where home and configuration are, whichever process asks, and what all tasks have in common.

A relative path is one below the folder that holds `dags/`, or below Airflow's own home where the package was
installed: scheduler, DAG processor and workers may each have been started somewhere else.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from evenscore.base import bundled
from evenscore.base.atomic_io import keep_private
from evenscore.base.config_file import default_config, load_settings
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings

keep_private()

AIRFLOW_HOME = Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()
ROOT = bundled.ROOT if bundled.IS_CHECKOUT else AIRFLOW_HOME.absolute()

POOL = "warehouse"
"""The pool of one slot: the warehouse has one writer, and landing zone and published database hold still meanwhile."""

NETWORKS = "networks"
"""The pool of those who pull: they wait for other people's servers, and must keep nobody from the warehouse."""

DEFAULTS: dict[str, Any] = {
    "owner": "evenscore",
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=6),
}
"""What every task has. A step that has not ended after hours never will; a night of 4,000 people takes minutes."""

WAITING: dict[str, Any] = {"mode": "reschedule", "poke_interval": 60, "timeout": timedelta(days=7)}
"""How a task waits for its turn: it leaves its slot, and no retry is used up."""


def home() -> Path:
    """The home folder: EVENSCORE_HOME, else `var`."""
    return ROOT / (os.environ.get("EVENSCORE_HOME") or "var")


def places() -> HomePaths:
    """The paths below the home folder."""
    return HomePaths(home())


def config() -> Path:
    """The configuration: EVENSCORE_CONFIG, else `evenscore.toml`, else the demo's own."""
    return default_config(home(), ROOT)


def settings() -> Settings:
    """The settings as they stand now. Raises UsageError that names the file, and the setting."""
    return load_settings(home(), config())


def secret_of(source: str) -> str | None:
    """A pulled source's secret: the password of Airflow's connection `evenscore_<source>`, else of the environment."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from evenscore import pulling

    try:
        password: str | None = Connection.get(f"evenscore_{source}").password
    except AirflowNotFoundException:
        password = None
    return password or pulling.secret_of(source)
