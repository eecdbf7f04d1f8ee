"""Modules that are put off: nothing is loaded for who only imports them, and nobody sees a difference who uses them."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenscore.base.late_modules import put_off

ALL_SUITES = """
import sys
from evenscore.base.settings import Checks
from evenscore.checks import judge, suites
for stage in ("landing", "scores"):
    for suite in suites.load_suites(stage, Checks()):
        judge._definition(suite)
print(*sorted({"scipy.stats", "altair", "great_expectations"} & sys.modules.keys()))
"""
NAMES = ("late_user", "late_things", "late_things.heavy")


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A library that imports a heavy module for one of its two functions."""
    (tmp_path / "late_things").mkdir()
    (tmp_path / "late_things" / "__init__.py").write_text("")
    (tmp_path / "late_things" / "heavy.py").write_text("def answer() -> int:\n    return 42\n")
    (tmp_path / "late_user.py").write_text(
        "import late_things.heavy as heavy\n\ndef light():\n    return 1\n\ndef asks():\n    return heavy.answer()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in NAMES:
        sys.modules.pop(name, None)


def test_what_is_put_off_is_loaded_at_its_first_use_and_not_before() -> None:
    with put_off("late_things.heavy"):
        user = importlib.import_module("late_user")
        inspect.getmodule(inspect.currentframe())  # looks at every module
        assert user.light() == 1
    assert "late_things.heavy" not in sys.modules
    assert user.asks() == user.asks() == 42
    assert inspect.ismodule(sys.modules["late_things.heavy"]) and sys.modules["late_things.heavy"].__file__


def test_it_may_be_used_while_it_is_put_off() -> None:
    with put_off("late_things.heavy"):
        assert importlib.import_module("late_user").asks() == 42
    assert sys.modules["late_things.heavy"].__file__


def test_who_imports_it_afterwards_has_the_module_itself() -> None:
    with put_off("late_things.heavy"):
        importlib.import_module("late_user")
    assert importlib.import_module("late_things.heavy").__file__


def test_what_is_loaded_already_stays_as_it_is() -> None:
    heavy = importlib.import_module("late_things.heavy")
    with put_off("late_things.heavy"):
        assert importlib.import_module("late_user").heavy is heavy
    assert sys.modules["late_things.heavy"] is heavy


def test_what_a_module_does_not_have_is_said_as_ever() -> None:
    with put_off("late_things.heavy"):
        user = importlib.import_module("late_user")
    with pytest.raises(AttributeError, match=r"late_things\.heavy"):
        user.heavy.question()


def test_to_store_the_suites_loads_no_plots_and_no_statistics() -> None:
    done = subprocess.run([sys.executable, "-c", ALL_SUITES], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["great_expectations"]
