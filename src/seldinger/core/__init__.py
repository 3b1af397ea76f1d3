"""Core: the vocabulary every room shares: space, shapes, volumes, findings, records, errors.

numpy only.

The names open on first use; ``errors`` is the tree of everything that can go wrong.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.core import errors
    from seldinger.core.finding import Finding
    from seldinger.core.quantity import Quantity, Spread
    from seldinger.core.record import Assumption, AssumptionUse, InputFile
    from seldinger.core.shapes import Curve, Mesh
    from seldinger.core.space import Grid
    from seldinger.core.tree import Edge, Tree
    from seldinger.core.verdict import Severity, Status
    from seldinger.core.volume import LabelEntry, LabelMap, Volume

__all__ = [
    "Assumption",
    "AssumptionUse",
    "Curve",
    "Edge",
    "Finding",
    "Grid",
    "InputFile",
    "LabelEntry",
    "LabelMap",
    "Mesh",
    "Status",
    "Quantity",
    "Severity",
    "Spread",
    "Tree",
    "Volume",
    "errors",
]

_PAGES = {
    "Assumption": "record",
    "AssumptionUse": "record",
    "Curve": "shapes",
    "Edge": "tree",
    "Finding": "finding",
    "Grid": "space",
    "InputFile": "record",
    "LabelEntry": "volume",
    "LabelMap": "volume",
    "Mesh": "shapes",
    "Status": "verdict",
    "Quantity": "quantity",
    "Severity": "verdict",
    "Spread": "quantity",
    "Tree": "tree",
    "Volume": "volume",
}


def __getattr__(name: str) -> object:
    """Open the page that holds ``name`` when it is first asked for."""
    if name == "errors":
        return import_module("seldinger.core.errors")
    if name not in _PAGES:
        raise AttributeError(f"seldinger.core has no {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(import_module(f"seldinger.core.{_PAGES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
