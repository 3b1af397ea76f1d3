"""Pages of other packages: facts, devices, procedures, outcomes and leaflets from outside.

A package names in its ``pyproject.toml`` where its pages lie, laid out as ours are::

    [project.entry-points."seldinger.data"]
    inject = "inject_data"      # inject_data/facts/*.toml, devices/*.toml, outcomes/*.toml, ...

A page that cannot be used harms no other: it is left out, and named with what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Generic, TypeVar

from seldinger.core.errors import SeldingerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

GROUP = "seldinger.data"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OfferedPage:
    """A page of another package.

    Attributes:
        package: name of its entry point.
        name: of the file.
        text: TOML.
    """

    package: str
    name: str
    text: str

    @property
    def label(self) -> str:
        """For messages."""
        return f"{self.name} of {self.package}"


@dataclass(frozen=True, slots=True)
class Extended(Generic[T]):
    """Records by key, ours and others', and a sentence for each page that was left out."""

    records: Mapping[str, T]
    left_out: tuple[str, ...] = ()


@cache
def offered(folder: str) -> tuple[tuple[OfferedPage, ...], tuple[str, ...]]:
    """Pages of other packages in ``folder``, and a sentence for each package that has none to read.

    Args:
        folder: "facts", "devices", "outcomes", "leaflets/en"; "" for pages beside the folders.
    """
    pages, lost = [], []
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        try:
            place = resources.files(point.value) / folder
            files = sorted(place.iterdir(), key=lambda f: f.name) if place.is_dir() else []
            texts = [(f.name, f.read_text("utf-8")) for f in files if f.name.endswith(".toml")]
        # A stranger's module may raise anything at import, or leave the program.
        except (Exception, SystemExit) as wrong:  # noqa: BLE001
            lost.append(
                f"the data of {point.name} ({point.value}) cannot be read ({type(wrong).__name__}: "
                f"{wrong}): mend, update or uninstall that package"
            )
            continue
        pages += [OfferedPage(point.name, name, text) for name, text in texts]
    return tuple(pages), tuple(lost)


def extend_records(
    ours: Mapping[str, T],
    folder: str,
    read: Callable[[OfferedPage], Mapping[str, T]],
    only: Iterable[str] = (),
) -> Extended[T]:
    """``ours`` and what other packages offer in ``folder``; a key of ours is never replaced.

    Args:
        ours: records by key.
        folder: see ``offered``.
        read: a page as records; may raise a ``SeldingerError``.
        only: names of the files that are meant; empty: all of them.
    """
    records, names = dict(ours), frozenset(only)
    pages, lost = offered(folder)
    left_out = list(lost)
    for page in pages:
        if names and page.name not in names:
            continue
        try:
            more = read(page)
        except SeldingerError as wrong:
            left_out.append(f"{page.label} is left out: {wrong}")
            continue
        taken = sorted(set(more) & set(records))
        if taken:
            left_out.append(
                f"{page.label} is left out: {', '.join(taken)} is there already; give another name"
            )
            continue
        records |= more
    return Extended(records, tuple(left_out))
