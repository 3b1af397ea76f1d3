"""rehearsal.json: the one written form of a rehearsal, beside the plan's own file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.guide.model import measure_spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.guide.model import Passes, Rehearsal, Share, ZoneDraws

SCHEMA_VERSION = "1.0"
_DECIMALS = 3


def to_json(rehearsal: Rehearsal) -> str:
    """``made`` as the text of ``rehearsal.json``: what came of it, and under "draws" every draw.

    Lengths carry three decimals, shares nine digits; the same rehearsal gives the same text.
    """
    request = rehearsal.plan.request
    data = {
        "schema_version": SCHEMA_VERSION,
        "procedure": request.procedure,
        "target": request.target,
        "seed": rehearsal.seed,
        "draws": rehearsal.draws,
        "corrected": False,
        "as_meant": _share(rehearsal.as_meant),
        "passes": [_passes(one) for one in rehearsal.passes],
        "zone": None if rehearsal.zone is None else _zone(rehearsal.zone),
        "not_segmented": list(rehearsal.plan.not_segmented),
        "doubt": rehearsal.doubt,
        "notes": list(rehearsal.notes),
        "breath_mm": _column(rehearsal.breath_mm),
    }
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _passes(passes: Passes) -> dict[str, Any]:
    hit, *touches = passes.shares.items()
    inside = passes.inside_mm
    return {
        "name": passes.name,
        "errors": asdict(passes.errors),
        "hit": _share(hit[1]),
        "touch": {name: _share(found) for name, found in touches},
        "lateral_mm": _spread(passes.lateral_mm, 0.0),
        "inside_mm": None if inside is None else _spread(inside, passes.planned_inside_mm),
        "draws": {
            "tip_lps_mm": _column(passes.tip_lps_mm),
            "hit": passes.hit.tolist(),
            "touch": {name: np.flatnonzero(met).tolist() for name, met in passes.touch.items()},
            "inside_mm": None if inside is None else _column(inside),
        },
    }


def _zone(zone: ZoneDraws) -> dict[str, Any]:
    return {
        "complete": _share(zone.shares),
        "margin_mm": _spread(zone.margin_mm, zone.planned_margin_mm),
        "coverage": _spread(zone.coverage, zone.planned_coverage),
        "draws": {
            "margin_mm": _column(zone.margin_mm),
            "coverage": _column(zone.coverage),
            "complete": zone.complete.tolist(),
        },
    }


def _share(found: Share) -> dict[str, Any]:
    low, high = found.interval
    return {**asdict(found), "share": found.value, "low": round(low, 9), "high": round(high, 9)}


def _spread(values: NDArray[np.float64], nominal: float) -> dict[str, float]:
    return {
        key: round(value, _DECIMALS)
        for key, value in asdict(measure_spread(values, nominal)).items()
    }


def _column(values: NDArray[np.float64]) -> Any:
    return np.round(values, _DECIMALS).tolist()
