"""Words: how numbers, directions and unknowns are said, everywhere the same."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from seldinger.image.study import PatientPosition

if TYPE_CHECKING:
    from seldinger.core.space import Points
    from seldinger.plan.model import Path

UNKNOWN = "unknown"
DISCLAIMER = "Research and education software, not a medical device."
ONE_UNCORRECTED = "for one uncorrected needle pass"
_FINE_BELOW_MM = 10.0
_SMALLEST_SHOWN = 0.01
_NOTHING_MM = 0.05
_SHORT_MM = 0.5
_NOTHING_DEG = 0.5
_LEVEL_DEG = 90.0

_MANY = 1e5
_WHOLE = 1e3

_UNIT_OF_KEY = re.compile(r"_([a-z]+_per_[a-z]+|mm|deg|ml|hu|s|min|kj)$")
_UNIT_OF_NAME = re.compile(
    r"_(mm|deg|ml|hu|s|min|c|w|v|ohm|pa|mpa|j_per_[a-z0-9_]+|w_per_[a-z0-9_]+|kg_per_[a-z0-9_]+|"
    r"s_per_m|per_[a-z0-9]+|m2_per_s|k)$"
)
_LABELS = {
    "sample_from_mm": "sampling starts, from the aim",
    "sample_to_mm": "sampling ends, from the aim",
    "beyond_mm": "tip beyond the aim",
    "beyond_aim_mm": "tip beyond the aim",
    "usable_mm": "usable length",
    "diameter_mm": "outer diameter",
    "throw_mm": "throw",
    "notch_mm": "sample notch",
    "tip_before_shot_mm": "tip before the shot, from the skin",
    "tip_after_shot_mm": "tip after the shot, from the skin",
    "introducer_depth_mm": "introducer, from the skin",
    "side_hole_mm": "length of the side holes",
    "loop_mm": "diameter of the loop",
    "margin_mm": "margin asked for",
    "voxel_mm": "edge of the planning voxels",
    "lateral_error_mean_mm": "mean lateral error",
    "entry_lps_mm": "your entry, LPS",
    "target_lps_mm": "your target, LPS",
    "relax": "rules opened",
}
"""Keys whose own words say too little."""
_UNIT_WORDS = {"deg": "degrees", "hu": "HU", "kj": "kJ"}
_UCUM_WORDS = {
    "1": "",
    "[hnsf'U]": "HU",
    "[Ch]": "French",
    "{gauge}": "gauge",
    "{core}": "cores",
    "Cel": "°C",
    "Ohm": "ohm",
    "deg": "degrees",
    "mm[Hg]": "mmHg",
}
_UCUM_IN_TEXT = (
    ("/{1.73_m2}", "/1.73 m²"),
    (" {INR}", ""),
    ("10*9/L", "10⁹/L"),
    ("umol/L", "µmol/L"),
)

_UP = {
    PatientPosition.SUPINE.value: (0.0, -1.0, 0.0),
    PatientPosition.PRONE.value: (0.0, 1.0, 0.0),
    PatientPosition.LEFT_LATERAL.value: (-1.0, 0.0, 0.0),
    PatientPosition.RIGHT_LATERAL.value: (1.0, 0.0, 0.0),
}
_TOWARDS = (
    ("the patient's left", "the patient's right"),
    ("the back", "the front"),
    ("the head", "the feet"),
)


def mm(value: float | None) -> str:
    """A length: a decimal below 10 mm."""
    if value is None:
        return UNKNOWN
    if value == 0.0:
        return "0 mm"
    return f"{value:.1f} mm" if abs(value) < _FINE_BELOW_MM else f"{value:.0f} mm"


def chance(p: float | None) -> str:
    """A probability; the ends of the scale are never claimed."""
    if p is None:
        return UNKNOWN
    if p < _SMALLEST_SHOWN:
        return f"< {_SMALLEST_SHOWN}"
    if p > 1.0 - _SMALLEST_SHOWN:
        return f"> {1.0 - _SMALLEST_SHOWN}"
    return f"{p:.2f}"


def percent(share: float) -> str:
    """A share of a whole; something is never called nothing."""
    return "< 1 %" if 0.0 < share < _SMALLEST_SHOWN else f"{100.0 * share:.0f} %"


def name(key: str) -> str:
    """A key or structure as a person writes it."""
    return key.replace("_", " ")


def assumption(key: str) -> str:
    """An assumption's name as a person reads it: its unit stands beside the value."""
    tissue, dot, number = key.rpartition(".")
    found = _UNIT_OF_NAME.search(number)
    label = name(number[: found.start()] if found else number)
    return f"{name(tissue)}: {label}" if dot else label


def setting(key: str, value: str | float | bool | None) -> tuple[str, str]:  # noqa: FBT001  a value
    """A setting's name and value; its unit moves from the name to the value."""
    found = _UNIT_OF_KEY.search(key)
    label = _LABELS[key] if key in _LABELS else name(key[: found.start()] if found else key)
    unit = _UNIT_WORDS.get(found[1], found[1].replace("_per_", "/")) if found else ""
    if value is None:
        return label, UNKNOWN
    if isinstance(value, bool):
        return label, "yes" if value else "no"
    said = number(value) if isinstance(value, int | float) else value
    return label, f"{said} {unit}".strip()


def number(value: float) -> str:
    """A figure as a table prints it: four digits, no powers of ten where words will do."""
    if abs(value) >= _MANY:
        return f"{value / 1e6:.3g} million"
    return f"{value:.0f}" if abs(value) >= _WHOLE else f"{value:.4g}"


def unit(ucum: str) -> str:
    """A UCUM unit as a person writes it."""
    return _UCUM_WORDS.get(ucum, ucum)


def plain_units(text: str) -> str:
    """``text`` with its UCUM units as a person writes them."""
    for ucum, plain in _UCUM_IN_TEXT:
        text = text.replace(ucum, plain)
    return text


def towards(axis: int, offset_mm: float) -> str:
    """The direction of an offset along L, P or S, in words."""
    return _TOWARDS[axis][0 if offset_mm > 0 else 1]


def offset(axis: int, offset_mm: float) -> str:
    """An offset along L, P or S, in words: "12.0 mm towards the head"."""
    if abs(offset_mm) < _NOTHING_MM:
        return "level"
    return f"{abs(offset_mm):.1f} mm towards {towards(axis, offset_mm)}"


def entry_seen_from_target(path: Path) -> tuple[str, str, str]:
    """Where the entry lies from the target: across the table, up or down, along the table."""
    away, up, flat = _away_up_flat(path)
    upright = 1 - flat
    height = float(away @ up)
    where = "above" if height > 0 else "below"
    lifted = f"{abs(height):.1f} mm {where} the target (towards {towards(upright, away[upright])})"
    return offset(flat, away[flat]), lifted, offset(2, away[2])


def entry_in_short(path: Path) -> str:
    """The same in one line for a list."""
    away, up, flat = _away_up_flat(path)
    parts = [(abs(away[flat]), f"to {towards(flat, away[flat])}")]
    parts.append((abs(float(away @ up)), "above" if away @ up > 0 else "below"))
    parts.append((abs(away[2]), f"towards {towards(2, away[2])}"))
    return ", ".join(f"{length:.0f} mm {where}" for length, where in parts if length >= _SHORT_MM)


def axial_lean(path: Path) -> str:
    """The needle's angle to the vertical in the axial plane, and where its hub leans."""
    away, up, flat = _away_up_flat(path)
    sideways, height = float(away[flat]), float(away @ up)
    if math.hypot(sideways, height) < _NOTHING_MM:
        return "runs along the table"
    angle = math.degrees(math.atan2(abs(sideways), height))
    if angle < _NOTHING_DEG:
        return "vertical"
    if angle > 2.0 * _LEVEL_DEG - _NOTHING_DEG:
        return "vertical, hub below"
    if angle > _LEVEL_DEG:
        below = angle - _LEVEL_DEG
        return f"hub {below:.0f}° below the horizontal, towards {towards(flat, sideways)}"
    return f"{angle:.0f}° from the vertical, hub towards {towards(flat, sideways)}"


def axial_tilt(path: Path) -> str:
    """How far the needle leaves the axial plane, and which way its tip goes."""
    away = np.asarray(path.entry_lps_mm) - np.asarray(path.target_lps_mm)
    tilt = math.degrees(math.asin(float(np.clip(away[2] / np.linalg.norm(away), -1.0, 1.0))))
    if abs(tilt) < _NOTHING_DEG:
        return "none: stays in the axial slice"
    points = "feet" if tilt > 0 else "head"
    return f"{abs(tilt):.0f}°, hub towards {towards(2, tilt)}, tip towards the {points}"


def _away_up_flat(path: Path) -> tuple[Points, Points, int]:
    away = np.asarray(path.entry_lps_mm) - np.asarray(path.target_lps_mm)
    up = np.asarray(_UP.get(path.patient_position, _UP["supine"]))
    return away, up, 0 if up[0] == 0.0 else 1
