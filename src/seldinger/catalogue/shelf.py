"""The shelf: the generic devices that ship with the package, read once, when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, overload

from annotated_types import MinLen

from seldinger.catalogue.kinds import KINDS
from seldinger.catalogue.model import Device
from seldinger.catalogue.names import closest, match_name
from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.packages import Extended, extend_records
from seldinger.evidence.records import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DeviceT = TypeVar("DeviceT", bound=Device)


@dataclass(frozen=True, slots=True)
class _Page:
    """One file of devices, by families: devices that differ in what ``_Members`` says only."""

    families: tuple[dict[str, Any], ...] = field(metadata=written("family"))


@dataclass(frozen=True, slots=True)
class _Members:
    """How the devices of a family differ; their ids and names tell it."""

    lengths_mm: Annotated[tuple[float, ...], MinLen(1)]
    shots: tuple[dict[str, float], ...] = ()


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
            for member in _members(dict(family), name):
                if member.id in by_id:
                    raise CatalogueError(f"{name}: the device {member.id!r} is there twice")
                by_id[member.id] = member
    return MappingProxyType(by_id)


def _members(family: dict[str, Any], file: str) -> Iterator[Device]:
    """One device of each length, and of each throw."""
    own = f"{file}: {family.get('id', 'a family')}"
    differing = {f.name: family.pop(f.name) for f in fields(_Members) if f.name in family}
    members = records.checked(_Members, differing, own, CatalogueError)
    kind = records.pick(KINDS, "kind", family, own, CatalogueError)
    for length, shot in product(members.lengths_mm, members.shots or (None,)):
        table = {**family, "usable_mm": length}
        if len(members.lengths_mm) > 1:
            table |= {"id": f"{family.get('id')}-{length:g}"}
            table |= {"name": f"{family.get('name')}, {length:g} mm"}
        if shot is not None:
            throw = f"{shot.get('throw_mm', 0.0):g}"
            table |= {"id": f"{table.get('id')}-t{throw}", **shot}
            table |= {"name": f"{table.get('name')}, throw {throw} mm"}
        yield records.checked(kind, table, own, CatalogueError)


@overload
def devices(kind: type[DeviceT]) -> tuple[DeviceT, ...]: ...
@overload
def devices(kind: str | None = None) -> tuple[Device, ...]: ...


def devices(kind: type[Device] | str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one kind, in the order of their files.

    Raises:
        CatalogueError: there is no such kind.
    """
    known = tuple(_shelf().records.values())
    if kind is None:
        return known
    if isinstance(kind, str):
        called = match_name(kind, tuple(KINDS))
        if called is None:
            raise CatalogueError(
                f"no device kind is called {kind!r}; {closest(kind, KINDS)}; there are: "
                f"{', '.join(KINDS)}"
            )
        kind = KINDS[called]
    return tuple(one for one in known if type(one) is kind)


@overload
def device(device_id: str) -> Device: ...
@overload
def device(device_id: str, kind: type[DeviceT]) -> DeviceT: ...


def device(device_id: str, kind: type[Device] = Device) -> Device:
    """The device called ``device_id``.

    Raises:
        CatalogueError: no device is called so, the closest ids are named; or it is of another kind.
    """
    known = _shelf().records
    if device_id not in known:
        raise CatalogueError(f"no device is called {device_id!r}; {closest(device_id, known)}")
    one = known[device_id]
    if not isinstance(one, kind):
        kinds = ", ".join(word for word, each in KINDS.items() if issubclass(each, kind))
        raise CatalogueError(f"{device_id} is of kind {one.kind}; allowed: {kinds}")
    return one
