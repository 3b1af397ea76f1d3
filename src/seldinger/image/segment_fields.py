"""Segment fields: what 3D Slicer writes about segments into the header of a ``.seg.nrrd``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seldinger.core.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.image.raster import Raster

_SEGMENT_FIELD = re.compile(r"Segment(\d+)_(Name|LabelValue|Layer)")
_FRACTIONAL_FIELDS = ("Segmentation_MasterRepresentation", "Segmentation_SourceRepresentation")


def check_kind(raster: Raster, name: str) -> None:
    """Refuse a 3D Slicer segmentation of shares; ``LabelError`` names the way out."""
    said = [raster.metadata.get(field, "") for field in _FRACTIONAL_FIELDS]
    if any("fractional" in word.lower() for word in said):
        raise LabelError(
            f"{name}: the segmentation holds fractions (fractional labelmap); convert it to a "
            f"binary labelmap in 3D Slicer and save it again"
        )


def read_names(metadata: Mapping[str, str], layers: int) -> dict[tuple[int, int], str]:
    """(layer, value) -> name, as 3D Slicer writes them into .seg.nrrd; empty without any.

    A field that contradicts itself is a ``LabelError``.
    """
    fields: dict[int, dict[str, str]] = {}
    for field, value in metadata.items():
        if match := _SEGMENT_FIELD.fullmatch(field):
            fields.setdefault(int(match.group(1)), {})[match.group(2)] = value.strip()
    names: dict[tuple[int, int], str] = {}
    for number, segment in sorted(fields.items()):
        if "Name" not in segment:
            continue
        # Old Slicer versions wrote one layer per segment and did not number them.
        layer = segment.get("Layer", str(number if layers > 1 else 0))
        value = segment.get("LabelValue", "1")
        if not (layer.isdecimal() and value.isdecimal()) or int(layer) >= layers:
            raise LabelError(
                f"segment {segment['Name']}: layer {layer}, value {value} is not in the file"
            )
        place = (int(layer), int(value))
        if place in names:
            raise LabelError(f"segments {names[place]} and {segment['Name']} share one label value")
        names[place] = make_unique(segment["Name"], set(names.values()))
    return names


def make_unique(name: str, taken: set[str]) -> str:
    """``name``, numbered when another segment of the file already has it."""
    if name not in taken:
        return name
    return next(n for k in range(2, len(taken) + 3) if (n := f"{name} #{k}") not in taken)
