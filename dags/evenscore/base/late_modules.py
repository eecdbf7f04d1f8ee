"""Modules that a library imports for what nobody here asks of it: they are loaded at the first use, or never."""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class _Late(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # whoever walks over all modules (`inspect` does) asks for no more
            raise AttributeError(f"module {self.__name__!r} is not loaded yet, so it has no {name!r}")
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextlib.contextmanager
def put_off(*names: str) -> Iterator[None]:
    """Whoever imports these modules meanwhile gets them at their first use; whoever imports them later, at once."""
    late = {name: _Late(name) for name in names if name not in sys.modules}
    sys.modules.update(late)
    try:
        yield
    finally:
        for name, module in late.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
