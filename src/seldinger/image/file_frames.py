"""File frames: whether NRRD and MetaImage headers name axes, origin and unit, before ITK reads.

ITK puts 0 for an origin and straight axes for directions that are not stated, takes any space it
does not know as LPS, and passes over units of length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from seldinger.core.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_HEADER_LIMIT = 1 << 20
_SPACES: Final = frozenset(
    {
        "left-posterior-superior",
        "lps",
        "right-anterior-superior",
        "ras",
        "left-anterior-superior",
        "las",
    }
)
"""Those that ITK converts to LPS."""
_MM: Final = {
    "mm": 1.0,
    "millimeter": 1.0,
    "millimetre": 1.0,
    "cm": 10.0,
    "centimeter": 10.0,
    "centimetre": 10.0,
    "m": 1000.0,
    "meter": 1000.0,
    "metre": 1000.0,
    "um": 0.001,
    "\N{MICRO SIGN}m": 0.001,
    "\N{GREEK SMALL LETTER MU}m": 0.001,
    "micron": 0.001,
    "micrometer": 0.001,
    "micrometre": 0.001,
}
_AXES: Final = (("TransformMatrix", "Rotation", "Orientation"), ("Offset", "Position", "Origin"))

_BEGINS: Final = ("RL", "AP", "IS")
"""Letters of where an axis begins that runs along +x, +y or +z of LPS; the second runs back."""
_ALONG: Final = 0.8
"""Oblique axes below have no letter of their own."""


def read_nrrd_scale(path: Path) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Millimetres per unit along each axis of space, (3,), and a note when it is not plain mm.

    Raises:
        ImageError: no patient space, directions or origin is named, or an unknown unit.
    """
    name, fields = path.name, _nrrd_fields(path)
    space = fields.get("space", "").lower()
    if not space:
        raise ImageError(
            f"{name}: the NRRD file names no space (such as left-posterior-superior), so left and "
            f"right are unknown. Save it from 3D Slicer, or add the field"
        )
    if space not in _SPACES:
        raise ImageError(
            f"{name}: the NRRD file lies in the space {space}, which is not the patient's; allowed "
            f"are left-posterior-superior, right-anterior-superior and left-anterior-superior. "
            f"Save it from 3D Slicer, or correct the field"
        )
    for field in ("space directions", "space origin"):
        if field not in fields:
            raise ImageError(
                f"{name}: the NRRD file states no {field}, so it has no place in the patient. "
                f"Save it from 3D Slicer, or add the field"
            )
    units = re.findall(r'"([^"]*)"', fields.get("space units", ""))
    return _scale(units, "NRRD", name)


def read_meta_scale(path: Path) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The same of a MetaImage.

    Raises:
        ImageError: no directions, origin or anatomical axes are named, or an unknown unit.
    """
    name, fields = path.name, _meta_fields(path)
    for keys in _AXES:
        if not any(fields.get(key) for key in keys):
            raise ImageError(
                f"{name}: the MetaImage file states no {keys[0]}, so it has no place in the "
                f"patient. Save it from 3D Slicer or SimpleITK, or add the field"
            )
    axes = fields.get("AnatomicalOrientation", "")
    if not re.fullmatch(r"[RLAPIS]{3}", axes.upper()):
        raise ImageError(
            f"{name}: the MetaImage file names no patient axes (AnatomicalOrientation is "
            f"{axes or 'missing'}), so left and right are unknown. Save it from 3D Slicer or "
            f"SimpleITK, or add the field (RAI, when TransformMatrix and Offset are in LPS)"
        )
    unit = fields.get("DistanceUnits", "")
    scale, notes = _scale([unit] * 3 if unit else [], "MetaImage", name)
    return scale, (*notes, *_axes_notes(fields, axes.upper(), name))


def _axes_notes(fields: Mapping[str, str], axes: str, name: str) -> tuple[str, ...]:
    """That the axes' letters, which name where each begins, are not those of the matrix."""
    told = next(fields[key] for key in _AXES[0] if fields.get(key))
    try:
        steps = np.array([float(number) for number in told.split()]).reshape(3, 3)
    except ValueError:
        return ()  # ITK refuses it
    if np.abs(steps).max(axis=1).min() < _ALONG:
        return ()
    seen = "".join(
        _BEGINS[at][int(step[at] < 0)]
        for step, at in zip(steps, np.abs(steps).argmax(1), strict=True)
    )
    if seen == axes:
        return ()
    note = (
        f"{name}: AnatomicalOrientation says {axes}, the TransformMatrix {seen}: the matrix was "
        f"used; look at left and right"
    )
    return (note,)


def _scale(units: list[str], what: str, name: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    known = [word.strip().lower() for word in units if word.strip()]
    if not known:
        if what == "MetaImage":  # its lengths are millimetres unless it says otherwise
            return np.ones(3), ()
        return np.ones(3), (f"{name}: the file names no unit of length: millimetres were assumed",)
    strange = [word for word in known if word not in _MM and word.removesuffix("s") not in _MM]
    if strange or len(known) != 3:  # noqa: PLR2004
        raise ImageError(
            f"{name}: the {what} file gives lengths in {', '.join(known)}; one known unit for each "
            f"axis is needed (mm, cm, m or um). Save it again in millimetres"
        )
    scale = np.array([_MM.get(word, _MM.get(word.removesuffix("s"), 1.0)) for word in known])
    if (scale == 1.0).all():
        return scale, ()
    said = ", ".join(dict.fromkeys(known))
    return scale, (f"{name}: lengths were converted from {said} to millimetres",)


def _nrrd_fields(path: Path) -> Mapping[str, str]:
    with path.open("rb") as stream:
        head = stream.read(_HEADER_LIMIT)
    text = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].decode("utf-8", "replace")
    pairs = re.findall(r"^([^#:\n]+):[ \t]+(.*?)\s*$", text, re.MULTILINE)
    return {field.strip().lower(): value for field, value in pairs}


def _meta_fields(path: Path) -> Mapping[str, str]:
    with path.open("rb") as stream:
        head = stream.read(_HEADER_LIMIT)
    end = re.search(rb"^ElementDataFile", head, re.MULTILINE)
    text = head[: end.start() if end else None].decode("latin-1")
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
