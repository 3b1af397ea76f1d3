"""3D Slicer: the paths and the target as markups, LPS millimetres."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seldinger.core.space import Vector
    from seldinger.plan.model import Path, Plan
    from seldinger.plan.route import Route

SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/"
    "Schema/markups-schema-v1.0.3.json#"
)
_DECIMALS = 3
_BEST = [1.0, 0.94, 0.3]
_OTHER = [0.75, 0.75, 0.75]
_TARGET = [1.0, 0.37, 0.82]


def to_markups(plan: Plan) -> str:
    """A line for every path (or probe, where there are any), and the target, as JSON text."""
    if plan.has_programme:
        lines = [_probe(plan, number, way) for number, way in enumerate(plan.taken, 1)]
    else:
        lines = [_line(plan, number, p) for number, p in enumerate(plan.approach.paths, 1)]
    lines += [_curve(number, route) for number, route in enumerate(plan.approach.routes, 1)]
    data = {"@schema": SCHEMA, "markups": [*lines, _fiducial(plan)]}
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _line(plan: Plan, number: int, path: Path) -> dict[str, Any]:
    stamp = ", RESCAN FIRST" if path.provisional else ""
    return {
        "type": "Line",
        "name": f"path {number}",
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": True,
        "labelFormat": "%N",
        "controlPoints": [
            _point("1", f"entry {number}", path.entry_lps_mm, path.patient_position + stamp),
            _point("2", f"aim {number}", path.target_lps_mm, plan.target.label),
        ],
        "display": _display(_BEST if number == 1 else _OTHER, visible=number == 1),
    }


def _probe(plan: Plan, number: int, path: Path) -> dict[str, Any]:
    """All probes are used together: each is shown, and each ends at its own tip."""
    entry, tip = (line := _line(plan, number, path))["controlPoints"]
    return line | {
        "name": f"probe {number}",
        "controlPoints": [entry, tip | {"label": f"tip {number}"}],
        "display": _display(_BEST, visible=True),
    }


def _curve(number: int, route: Route) -> dict[str, Any]:
    """A way through vessels."""
    points = enumerate(route.points_lps_mm, 1)
    return {
        "type": "Curve",
        "name": f"way {number}: {route.title}",
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": True,
        "labelFormat": "%N",
        "controlPoints": [_point(str(n), f"{number}-{n}", p, route.title) for n, p in points],
        "display": _display(_BEST if number == 1 else _OTHER, visible=number == 1),
    }


def _fiducial(plan: Plan) -> dict[str, Any]:
    label = plan.target.label
    return {
        "type": "Fiducial",
        "name": "target",
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": True,
        "labelFormat": "%N",
        "controlPoints": [_point("1", label, plan.target.centre_lps_mm, "centre of the target")],
        "display": _display(_TARGET, visible=True),
    }


def _point(key: str, label: str, lps_mm: Vector, description: str) -> dict[str, Any]:
    return {
        "id": key,
        "label": label,
        "description": description,
        "associatedNodeID": "",
        "position": [round(float(c), _DECIMALS) + 0.0 for c in lps_mm],
        "orientation": [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0],
        "selected": True,
        "locked": True,
        "visibility": True,
        "positionStatus": "defined",
    }


def _display(colour: list[float], *, visible: bool) -> dict[str, Any]:
    return {
        "visibility": visible,
        "opacity": 1.0,
        "color": colour,
        "selectedColor": colour,
        "propertiesLabelVisibility": True,
        "pointLabelsVisibility": True,
        "textScale": 3.0,
        "glyphType": "Sphere3D",
        "glyphScale": 2.0,
        "lineThickness": 0.5,
    }
