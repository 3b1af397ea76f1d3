"""The shelf: the generic devices that ship with the package, read once, when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.catalogue.model import DeviceKind, Family
from seldinger.catalogue.names import closest, match_name
from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.packages import Extended, extend_records
from seldinger.evidence.records import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue.model import Device


@dataclass(frozen=True, slots=True)
class _Page:
    """One file of devices."""

    families: tuple[Family, ...] = field(metadata=written("family"))


@cache
def _shelf() -> Extended[Device]:
    ours = read_devices(records.shipped("seldinger.catalogue", "devices"))
    return extend_records(ours, "devices", lambda page: read_devices({page.name: page.text}))


def left_out() -> tuple[str, ...]:
    """A sentence for each page of devices of another package that cannot be used."""
    return _shelf().left_out


def read_devices(pages: Mapping[str, str]) -> Mapping[str, Device]:
    """Devices by id, from file name -> TOML text; ``CatalogueError`` when a page is malformed."""
    by_id: dict[str, Device] = {}
    for name, text in pages.items():
        tables = records.parsed(text, name, CatalogueError)
        for family in records.checked(_Page, tables, name, CatalogueError).families:
            for member in family.members():
                if member.id in by_id:
                    raise CatalogueError(f"{name}: the device {member.id!r} is there twice")
                by_id[member.id] = member
    return MappingProxyType(by_id)


def devices(kind: DeviceKind | str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one kind, in the order of their files.

    Raises:
        CatalogueError: there is no such kind.
    """
    known = tuple(_shelf().records.values())
    if kind is None:
        return known
    kinds = [k.value for k in DeviceKind]
    called = match_name(str(kind), kinds)
    if called is None:
        raise CatalogueError(
            f"no device kind is called {str(kind)!r}; {closest(str(kind), kinds)}; there are: "
            f"{', '.join(kinds)}"
        )
    return tuple(d for d in known if d.kind == called)


def device(device_id: str) -> Device:
    """The device called ``device_id``; ``CatalogueError`` with the closest ids otherwise."""
    known = _shelf().records
    if device_id not in known:
        raise CatalogueError(f"no device is called {device_id!r}; {closest(device_id, known)}")
    return known[device_id]
