"""The registry: installed procedures, ours and others', loaded when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError

if TYPE_CHECKING:
    from seldinger.plan.procedure import Procedure

GROUP = "seldinger.procedures"


class Registry(Mapping[str, "Procedure"]):
    """Name -> procedure, over one entry-point group."""

    def __init__(self, group: str = GROUP) -> None:
        """Find the entry points; load none."""
        self._points: dict[str, EntryPoint] = {p.name: p for p in entry_points(group=group)}

    def __getitem__(self, name: str) -> Procedure:
        """The procedure called ``name``; ``PlanError`` with the closest names otherwise."""
        if name not in self._points:
            near = get_close_matches(name, self._points, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise PlanError(f"no procedure is called {name!r}; {hint}installed: {', '.join(self)}")
        found: Procedure = self._points[name].load()
        return found

    def __iter__(self) -> Iterator[str]:
        """Names, in alphabetical order."""
        return iter(sorted(self._points))

    def __len__(self) -> int:
        """How many are installed."""
        return len(self._points)


def procedures() -> Registry:
    """What is installed now."""
    return Registry()
