"""The dbt of most tests does less than dbt does, and nothing else."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def lean(one_dbt: Callable[[], None]) -> None:
    one_dbt()


def test_a_remark_is_told_to_whoever_listens_as_dbt_tells_it() -> None:
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.types import Note

    heard: list[Any] = []
    manager = EventManager()
    manager.add_callback(heard.append)
    event = Note(msg="one")
    event.msg = "two"
    manager.fire_event(event)
    manager.fire_event(Note(msg="three"))
    assert [(one.info.name, one.info.level, one.info.msg, one.data.msg) for one in heard] == [
        ("Note", "info", "two", "two"),
        ("Note", "info", "three", "three"),
    ]


def test_a_warning_that_is_an_error_ends_the_call_though_nobody_listens() -> None:
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.types import Note
    from dbt_common.exceptions.events import EventCompilationError

    manager = EventManager()
    manager.warn_error, manager.require_warn_or_error_handling = True, True
    manager.fire_event(Note(msg="never mind"), level=EventLevel.INFO)
    with pytest.raises(EventCompilationError, match="a model is gone"):
        manager.fire_event(Note(msg="a model is gone"), level=EventLevel.WARN)


def test_a_template_is_filled_anew_each_time_and_stays_of_its_kind() -> None:
    from dbt.clients.jinja import get_rendered

    text = "{{ [number] }}"
    assert [get_rendered(text, {"number": number}) for number in (1, 2)] == ["[1]", "[2]"]
    assert [get_rendered(text, {"number": number}, native=True) for number in (3, 4)] == [[3], [4]]
    assert get_rendered(text, {"number": 5}) == "[5]"


def test_of_two_macros_of_one_name_dbt_takes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.context.configured import ConfiguredContext
    from dbt.context.macros import MacroNamespace
    from dbt.context.manifest import ManifestContext

    ours, theirs, internal = {"a": 1, "b": 1}, {"a": 2, "c": 2, "p": 2}, {"a": 4, "b": 4, "c": 4, "d": 4, "p": 4}
    namespace: Any = MacroNamespace(theirs, ours, internal, {"p": {"a": 3}})
    monkeypatch.setattr(ConfiguredContext, "to_dict", lambda _: {"a": 0, "var": 0})
    named = ManifestContext.to_dict(SimpleNamespace(namespace=namespace))
    assert named == {"var": 0} | dict(namespace)
    assert (named["a"], named["p"], named["d"]) == (1, 2, 4)
