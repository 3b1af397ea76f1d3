"""The shelf: the generic devices that ship with the package, read once, when first asked for."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from seldinger.catalogue.model import DeviceKind
from seldinger.catalogue.names import closest, meant
from seldinger.core.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue.model import Device


@cache
def _shelf() -> Mapping[str, Device]:
    from seldinger.catalogue import border  # pydantic is heavy: opened when needed

    folder = resources.files("seldinger.catalogue") / "devices"
    pages = {
        page.name: page.read_text(encoding="utf-8")
        for page in folder.iterdir()
        if page.name.endswith(".toml")
    }
    return border.read_devices(pages)


def devices(kind: DeviceKind | str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one kind, in the order of their files.

    Raises:
        CatalogueError: there is no such kind.
    """
    known = tuple(_shelf().values())
    if kind is None:
        return known
    kinds = [k.value for k in DeviceKind]
    called = meant(str(kind), kinds)
    if called is None:
        raise CatalogueError(
            f"no device kind is called {str(kind)!r}; {closest(str(kind), kinds)}; there are: "
            f"{', '.join(kinds)}"
        )
    return tuple(d for d in known if d.kind == called)


def device(device_id: str) -> Device:
    """The device called ``device_id``; ``CatalogueError`` with the closest ids otherwise."""
    known = _shelf()
    if device_id not in known:
        raise CatalogueError(f"no device is called {device_id!r}; {closest(device_id, known)}")
    return known[device_id]
