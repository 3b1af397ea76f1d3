"""The registry: installed procedures, ours and others', loaded when first asked for.

One plug-in that cannot be used harms nobody else: it is left out, and named with its error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.naming import did_you_mean, match_name
from seldinger.plan.procedure import Procedure

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUP = "seldinger.procedures"
_OURS = "seldinger.procedures."


class Registry(Mapping[str, Procedure]):
    """Name -> procedure, over one entry-point group; what cannot be used is not in it."""

    def __init__(self, group: str = GROUP) -> None:
        """Find the entry points; load none."""
        self._points, self._shadowed = _by_name(entry_points(group=group))

    def __getitem__(self, name: str) -> Procedure:
        """The procedure called ``name``, whatever its case and separators.

        Raises:
            PlanError: none is called so (the closest names are offered), or it cannot be used.
        """
        called = match_name(name, self._points)
        if called is None:
            hint = did_you_mean(name, self._points)
            installed = ", ".join(sorted(self._points))
            raise PlanError(f"no procedure is called {name!r}; {hint}installed: {installed}")
        return _loaded(self._points[called])

    def __iter__(self) -> Iterator[str]:
        """Names of what can be used, in alphabetical order."""
        return iter(sorted(set(self._points) - set(self._unusable)))

    def __len__(self) -> int:
        """How many can be used."""
        return len(list(iter(self)))

    @property
    def broken(self) -> Mapping[str, str]:
        """What is installed and cannot be used: name -> why."""
        return {**self._unusable, **self._shadowed}

    @cached_property
    def _unusable(self) -> Mapping[str, str]:
        found = {}
        owned: dict[str, object] = {}
        for name, point in self._points.items():
            try:
                one = _loaded(point)
            except PlanError as wrong:
                found[name] = str(wrong)
                continue
            for owner in (one.approach, one.treatment):
                if owned.setdefault(owner.section, owner.options) is not owner.options:
                    found[name] = (
                        f"the options of {name} of {_package(point)} are called "
                        f"{owner.section!r}, as others are: give them another name"
                    )
        return found


def load_procedures() -> Registry:
    """What is installed now."""
    return Registry()


def _by_name(found: Iterable[EntryPoint]) -> tuple[dict[str, EntryPoint], dict[str, str]]:
    """Entry points by name, and those whose name is taken: ours first, then by where they live."""
    points: dict[str, EntryPoint] = {}
    taken = {}
    for point in sorted(found, key=lambda p: (not p.value.startswith(_OURS), p.value)):
        if points.setdefault(point.name, point).value != point.value:
            taken[f"{point.name} of {_package(point)}"] = (
                f"the name {point.name!r} is taken by {points[point.name].value}: give the "
                "procedure another one"
            )
    return points, taken


def _loaded(point: EntryPoint) -> Procedure:
    """What an entry point leads to; whatever goes wrong in it is told with its name."""
    try:
        found = point.load()
    # A stranger's module may raise anything at import, or leave the program.
    except (Exception, SystemExit) as wrong:
        raise PlanError(
            f"the procedure {point.name!r} of {_package(point)} cannot be loaded "
            f"({type(wrong).__name__}: {wrong}): mend, update or uninstall that package"
        ) from wrong
    if not isinstance(found, Procedure):
        raise PlanError(
            f"the procedure {point.name!r} of {_package(point)} is a {type(found).__name__}, not a "
            "Procedure: mend, update or uninstall that package"
        )
    return found


def _package(point: EntryPoint) -> str:
    """Which package an entry point came with, as far as it is known."""
    return point.value if point.dist is None else f"{point.dist.name} ({point.value})"
