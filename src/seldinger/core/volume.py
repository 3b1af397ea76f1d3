"""Volumes: arrays that never travel without their grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import LabelError
from seldinger.core.formatting import describe_size

if TYPE_CHECKING:
    from seldinger.core.space import Grid

Mask = NDArray[np.bool_]
"""Shape (i, j, k); true inside."""


def _frozen(values: NDArray[Any], grid: Grid) -> NDArray[Any]:
    array = np.ascontiguousarray(values)
    if array.shape != grid.shape:
        raise ValueError(f"an array of shape {array.shape} does not fit a grid of {grid.shape}")
    if array is values:
        array = array.view()
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A scalar image on its grid; read-only, C order, index (i, j, k).

    Attributes:
        values: shape ``grid.shape``.
        grid: where it lies.
        unit: what the numbers mean: "HU", "Bq/mL", "1" for arbitrary.
    """

    values: NDArray[Any]
    grid: Grid
    unit: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _frozen(self.values, self.grid))

    def __repr__(self) -> str:
        size = describe_size(self.grid.shape, self.grid.spacing_mm)
        return f"<Volume: {size}, {self.values.dtype}, unit {self.unit}>"


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """One labelled thing as its file names it: raw ``name``, ``value`` in ``layer``."""

    name: str
    value: int
    layer: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """Segments on a grid with their raw names; things that overlap live in different layers.

    Attributes:
        layers: integer arrays of shape ``grid.shape``, 0 = background.
        entries: what each value in each layer is called by its file.
        grid: where they lie.
    """

    layers: tuple[NDArray[Any], ...]
    entries: tuple[LabelEntry, ...]
    grid: Grid

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(_frozen(a, self.grid) for a in self.layers))
        names = [e.name for e in self.entries]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise LabelError(f"label names must be unique, got twice: {', '.join(twice)}")

    def __repr__(self) -> str:
        size = describe_size(self.grid.shape, self.grid.spacing_mm)
        return f"<LabelMap: {len(self.entries)} names, {size}>"

    @property
    def names(self) -> tuple[str, ...]:
        """Raw names in file order."""
        return tuple(e.name for e in self.entries)

    def mask(self, name: str) -> Mask:
        """Where the segment called ``name`` is, or a ``LabelError`` with the names there are."""
        for entry in self.entries:
            if entry.name == name:
                found: Mask = self.layers[entry.layer] == entry.value
                return found
        raise LabelError(f"no label is called {name!r}; there are: {', '.join(self.names)}")
