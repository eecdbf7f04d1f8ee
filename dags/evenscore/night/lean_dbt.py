"""dbt without work that nobody here asks of it: on a small night that is a third of what dbt takes.

Whoever calls dbt by hand has it as it comes.
"""

import contextlib
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any


def call(arguments: list[str], manifest: Any = None) -> Any:
    """Call dbt, with a project that is parsed already if there is one. Returns what dbt's own runner does."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # seconds to import: only when dbt runs
    from dbt.cli.main import dbtRunner

    relieve()
    try:
        with _without_byte_code():
            return dbtRunner(manifest).invoke(arguments)
    finally:
        # dbt keeps the file's lock for as long as its process lives, unless told.
        DuckDBConnectionManager.close_all_connections()


@contextlib.contextmanager
def _without_byte_code() -> Iterator[None]:
    """The adapter imports each Python model from a temporary file, whose byte code nobody would ever remove."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@cache
def relieve() -> None:
    """Once a process. By what names dbt has these is not promised: under others it works as it comes, only longer."""
    for relief in (_say_nothing, _keep_templates, _lay_out_macros_once, _learn_dates_once):
        with contextlib.suppress(ImportError, AttributeError):
            relief()


def _say_nothing() -> None:
    """Our calls ask for no log, and dbt makes a message of each of 3,400 events all the same: a fifth of its time.

    What went wrong is in the results.
    """
    from dbt_common.events import base_types, event_manager

    event: Any = base_types.BaseEvent
    manager: Any = event_manager.EventManager
    event.__init__ = manager.fire_event = lambda *said, **more: None


def _keep_templates() -> None:
    """The next night of this process has the same models, and a template is code before it is anything of a night."""
    from dbt_common.clients import jinja

    environments: Any = jinja.MacroFuzzEnvironment
    compiled: dict[tuple[type, str], Any] = {}
    compile_anew = environments.compile

    def compile_once(environment: Any, source: Any, *how: Any, **more: Any) -> Any:
        if how or more or not isinstance(source, str):
            return compile_anew(environment, source, *how, **more)
        key = type(environment), source
        if key not in compiled:
            compiled[key] = compile_anew(environment, source)
        return compiled[key]

    environments.compile = compile_once


def _lay_out_macros_once() -> None:
    """Every node has a context of all macros, twice, and dbt looks for each of them in five places again."""
    from dbt.context import macros

    class LaidOut(macros.MacroNamespace):  # type: ignore[misc]
        def __init__(self, **namespaces: Any) -> None:
            super().__init__(**namespaces)
            self._found: dict[str, Any] = {}
            for place in reversed(list(self._search_order())):
                self._found.update(place)

        def __iter__(self) -> Any:
            return iter(self._found)

        def __getitem__(self, name: str) -> Any:
            return self._found[name]

    macros.MacroNamespace = LaidOut


def _learn_dates_once() -> None:
    """Every answer becomes a table, and each table would learn anew how dates are written in words, twice."""
    import parsedatetime

    parsedatetime.Constants = cache(parsedatetime.Constants)
