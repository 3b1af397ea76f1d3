"""Curve files: centrelines of other programs become a ``Tree``: VTK PolyData, 3D Slicer, SWC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.image import curve_swc, curve_vtp
from seldinger.image.curve_lines import Line, Lines, build_tree
from seldinger.image.raster import list_inputs

if TYPE_CHECKING:
    from seldinger.core.record import InputFile
    from seldinger.core.tree import Tree

SUFFIXES = (".vtp", ".mrk.json", ".swc")
_CURVES = {"Curve", "Line"}


@dataclass(frozen=True, slots=True, eq=False)
class TreeFile:
    """Centrelines as they were read.

    Attributes:
        tree: in LPS mm; directions are those of the file's lines.
        notes: what was assumed or left out.
        input: the file.
    """

    tree: Tree
    notes: tuple[str, ...]
    input: InputFile

    __repr__ = short_repr


def load_tree(path: str | Path, space: str | None = None, unit: str = "mm") -> TreeFile:
    """Centrelines from a file.

    Lines that share ends meet in a node; an end on another line cuts that. A radius that is not
    known at every point of a line is unknown along all of it, never zero.

    Args:
        path: VTK PolyData (.vtp), 3D Slicer markups (.mrk.json) or SWC (.swc).
        space: "LPS" or "RAS", where the file says neither.
        unit: of its lengths: "mm", "cm", "m" or "um".

    Raises:
        ImageError: nothing is there, it cannot be read, holds no line, does not say its frame, or
            is as small as if metres were taken for millimetres.
    """
    source = Path(path)
    name = source.name
    suffix = next((s for s in SUFFIXES if name.lower().endswith(s)), "")
    if not suffix:
        raise ImageError(f"{name}: unknown kind of curve file; give one of {', '.join(SUFFIXES)}")
    try:
        data = source.read_bytes()
    except OSError as wrong:
        raise ImageError(f"{name}: the file cannot be read: {wrong}") from wrong
    if suffix == ".vtp":
        read = curve_vtp.read(data, name)
    elif suffix == ".swc":
        read = curve_swc.read(data, name)
    else:
        read = _read_markups(data, name)
    tree, notes = build_tree(read, name, space, unit)
    (file,) = list_inputs("centrelines", [source])
    return TreeFile(tree, notes, file)


def _read_markups(data: bytes, name: str) -> Lines:
    """Curves of a markups file; every other kind of markup is left out."""
    try:
        markups = json.loads(data)["markups"]
        curves = [one for one in markups if one["type"] in _CURVES]
        told = {str(one.get("coordinateSystem", "")).upper() for one in curves}
        units = {str(one.get("coordinateUnits") or "mm") for one in curves}
        lines = tuple(_read_curve(one) for one in curves)
        others = sorted({str(one["type"]) for one in markups} - _CURVES)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise ImageError(
            f"{name}: no markups file of 3D Slicer: {wrong!r}; save curves from its Markups module"
        ) from wrong
    if len(told) > 1 or not told <= {"", "LPS", "RAS"}:
        raise ImageError(f"{name}: curves in the frames {sorted(told)}; save them all in LPS")
    if not units <= {"mm"}:
        raise ImageError(f"{name}: coordinates in {sorted(units)}; save them in mm")
    notes = (f"{name}: markups that are no curves were left out: {', '.join(others)}",)
    return Lines(lines, next(iter(told), ""), notes if others else ())


def _read_curve(markup: dict[str, Any]) -> Line:
    points = [point["position"] for point in markup["controlPoints"]]
    array = np.array(points, dtype=np.float64).reshape(-1, 3)
    radius = None
    for one in markup.get("measurements") or ():
        if str(one.get("name", "")).lower() == "radius" and one.get("controlPointValues"):
            values = [np.nan if v is None else float(v) for v in one["controlPointValues"]]
            if len(values) != len(array):
                raise ValueError(f"{len(values)} radii for {len(array)} points")
            radius = np.array(values)
    return Line(array, radius, str(markup.get("name") or ""))
