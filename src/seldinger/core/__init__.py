"""Core: the vocabulary every room shares: space, shapes, volumes, findings, records, errors.

numpy only.

The names open on first use; ``errors`` is the tree of everything that can go wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late

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

__getattr__, __dir__ = open_late(
    __name__,
    {
        "record": ("Assumption", "AssumptionUse", "InputFile"),
        "shapes": ("Curve", "Mesh"),
        "tree": ("Edge", "Tree"),
        "finding": ("Finding",),
        "space": ("Grid",),
        "volume": ("LabelEntry", "LabelMap", "Volume"),
        "verdict": ("Status", "Severity"),
        "quantity": ("Quantity", "Spread"),
        "errors": ("errors",),
    },
)
