"""dbt as it is, without what it does anew for each of a hundred models though it comes out alike or nobody asks for it.

A quarter of a village's build is SQL, and the rest is dbt's. Tests build dozens of villages in one process: what comes
out alike is kept there, and what would go into a log that is not written is not put together. What a test starts as a
process of its own, as Airflow's nights and the `evenscore` of a wheel, runs dbt untouched.
"""

from collections.abc import Callable
from typing import Any

import pytest


def make_lean(patch: pytest.MonkeyPatch) -> None:
    """Have this process run a lean dbt until the patch is undone."""
    from dbt.context.manifest import ManifestContext
    from dbt_common.clients.jinja import MacroFuzzEnvironment
    from dbt_common.events.base_types import BaseEvent
    from dbt_common.events.event_manager import EventManager

    patch.setattr(MacroFuzzEnvironment, "compile", _compiled_once(MacroFuzzEnvironment.compile))
    patch.setattr(ManifestContext, "to_dict", _with_macros)
    patch.setattr(EventManager, "fire_event", _where_somebody_listens(EventManager.fire_event))
    _make_late(BaseEvent, patch)


def _compiled_once(compile_template: Callable[..., Any]) -> Callable[..., Any]:
    """The code of a template depends on its text and the kind of its environment; dbt makes one for each template."""
    known: dict[tuple[Any, ...], Any] = {}

    def compiled(self: Any, source: Any, *options: Any, **named: Any) -> Any:
        if named or not isinstance(source, str):
            return compile_template(self, source, *options, **named)
        key = (type(self), source, *options)
        if key not in known:
            known[key] = compile_template(self, source, *options)
        return known[key]

    return compiled


def _with_macros(self: Any) -> Any:
    """What a template may name. The macros are taken up package by package, not one by one: where two have one name,
    the package that is searched first wins, so it comes last."""
    from dbt.context.configured import ConfiguredContext
    from dbt.context.macro_resolver import TestMacroNamespace

    named = ConfiguredContext.to_dict(self)
    found = self.namespace
    is_of_test = isinstance(found, TestMacroNamespace)
    searched = [found.project_namespace, found.local_namespace] if is_of_test else list(found._search_order())
    for package in reversed(searched):
        named.update(package)
    return named


def _where_somebody_listens(fire_event: Callable[..., None]) -> Callable[..., None]:
    """A remark of dbt goes to whoever listens; a warning may also be an error, so it is always looked at."""
    from dbt_common.events.base_types import EventLevel

    def fired(self: Any, event: Any, level: Any = None, *options: Any, **named: Any) -> None:
        is_remark = (level or event.level_tag()) in (EventLevel.DEBUG, EventLevel.INFO)
        if self.loggers or self.callbacks or not is_remark:
            fire_event(self, event, level, *options, **named)

    return fired


def _make_late(event: Any, patch: pytest.MonkeyPatch) -> None:
    """An event is made when somebody looks at it: nobody does so with a remark that is not told."""
    make, assign = event.__init__, event.__setattr__

    def noted(self: Any, *given: Any, **named: Any) -> None:
        self.__dict__["given"] = given, named

    def read(self: Any, name: str) -> Any:
        if name != "pb_msg":
            return getattr(self.pb_msg, name)
        given, named = self.__dict__["given"]
        make(self, *given, **named)
        return self.__dict__["pb_msg"]

    def written(self: Any, name: str, value: Any) -> None:
        if name != "pb_msg":
            _ = self.pb_msg
        assign(self, name, value)

    patch.setattr(event, "__init__", noted)
    patch.setattr(event, "__getattr__", read)
    patch.setattr(event, "__setattr__", written)
