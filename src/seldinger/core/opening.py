"""Rooms that open late: the page of a public name is imported when the name is first asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def open_late(
    room: str, pages: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a ``room`` whose ``__all__`` lists what it offers.

    ``pages``: page of the room -> public names that it holds; its own name is the page itself.
    """
    page_of = {name: page for page, names in pages.items() for name in names}

    def get(name: str) -> object:
        whole = sys.modules[room]
        if name not in page_of:
            raise AttributeError(f"{room} has no {name!r}; it offers {', '.join(whole.__all__)}")
        page = import_module(f"{room}.{page_of[name]}")
        found = page if page_of[name] == name else getattr(page, name)
        setattr(whole, name, found)
        return found

    return get, lambda: list(sys.modules[room].__all__)
